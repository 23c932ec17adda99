import Testing
import UsageModel

@Suite("Sets of time ranges")
struct TimeRangeSetTests {
    private func set(_ ranges: (Int64, Int64)...) -> TimeRangeSet { TimeRangeSet(ranges.map { TimeRange($0, $1) }) }

    @Test("Ranges that touch or overlap become one")
    func merging() {
        #expect(set((5, 7), (0, 3), (3, 4), (6, 9)) == set((0, 4), (5, 9)))
        #expect(set((4, 4)).isEmpty)
    }

    @Test("A difference has holes where the other set was")
    func difference() {
        #expect(set((0, 10)).subtracting(set((2, 3), (5, 20))) == set((0, 2), (3, 5)))
        #expect(set((0, 10)).subtracting(set((0, 10))).isEmpty)
    }

    @Test("The algebra agrees with that of plain sets of numbers", arguments: 0..<200)
    func oracle(seed: UInt64) {
        var generator = Numbers(state: seed)
        func random() -> (TimeRangeSet, Set<Int64>) {
            let ranges = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                let start = Int64.random(in: 0...40, using: &generator)
                return TimeRange(start, start + Int64.random(in: 0...10, using: &generator))
            }
            return (TimeRangeSet(ranges), Set(ranges.flatMap { $0.start..<$0.end }))
        }
        let (left, leftNumbers) = random()
        let (right, rightNumbers) = random()
        func numbers(_ set: TimeRangeSet) -> Set<Int64> { Set(set.ranges.flatMap { $0.start..<$0.end }) }
        #expect(numbers(left.union(right)) == leftNumbers.union(rightNumbers))
        #expect(numbers(left.intersection(right)) == leftNumbers.intersection(rightNumbers))
        #expect(numbers(left.subtracting(right)) == leftNumbers.subtracting(rightNumbers))
        // Equal sets have equal ranges, however they were made.
        for set in [left.union(right), left.intersection(right), left.subtracting(right)] {
            #expect(set == TimeRangeSet(numbers(set).map { TimeRange($0, $0 + 1) }))
        }
        #expect(left.union(right).seconds == Int64(leftNumbers.union(rightNumbers).count))
    }

    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }
}
