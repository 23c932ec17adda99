import Synchronization
import Testing

@testable import Collector

@Suite("The turns of the collector and of those who read through it")
struct AlternatingLockTests {
    private typealias Party = AlternatingLock.Party

    /// Who is inside, and how often each party was.
    private final class Room: Sendable {
        private let state = Mutex((inside: 0, crowded: false, turns: [Party: Int]()))

        func enter(_ party: Party) {
            state.withLock { state in
                state.inside += 1
                if state.inside > 1 { state.crowded = true }
                state.turns[party, default: 0] += 1
            }
        }

        func leave() { state.withLock { $0.inside -= 1 } }

        var isCrowded: Bool { state.withLock { $0.crowded } }
        func turns(_ party: Party) -> Int { state.withLock { $0.turns[party] ?? 0 } }
    }

    private func visit(_ lock: AlternatingLock, _ room: Room, _ party: Party) async {
        await lock.enter(party)
        room.enter(party)
        for _ in 0..<3 { await Task.yield() }
        room.leave()
        await lock.leave()
    }

    @Test("One party at a time, and every party has its turns")
    func exclusive() async {
        let (lock, room) = (AlternatingLock(), Room())
        await withTaskGroup { group in
            for number in 0..<200 {
                group.addTask { await visit(lock, room, number.isMultiple(of: 3) ? .collector : .reader) }
            }
        }
        #expect(!room.isCrowded)
        #expect(room.turns(.collector) == 67 && room.turns(.reader) == 133)
        // It is free again.
        await visit(lock, room, .collector)
        #expect(room.turns(.collector) == 68)
    }

    @Test(
        "However many of one party never stop, the other has its turns", .timeLimit(.minutes(30)),
        arguments: [AlternatingLock.Party.collector, .reader])
    func fair(few: AlternatingLock.Party) async {
        let (lock, room) = (AlternatingLock(), Room())
        let many: AlternatingLock.Party = few == .collector ? .reader : .collector
        await withTaskGroup { group in
            for _ in 0..<5 {
                group.addTask { while room.turns(few) < 20 { await visit(lock, room, many) } }
            }
            group.addTask { while room.turns(few) < 20 { await visit(lock, room, few) } }
        }
        #expect(room.turns(few) == 20)
    }
}
