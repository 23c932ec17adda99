import Foundation
import TestSupport
import Testing

/// Every file of `Tests/Fuzz/Corpus`, and inputs that are made of them. `make fuzz` looks for new ones.
@Suite("Bytes from outside", .serialized)
struct CorpusTests {
    /// Inputs that are made for each target.
    private static let generated = 2000
    /// Seconds that an input may take.
    private static let limit = 1.0

    @Test("Every file of the corpus is answered within a second", arguments: FuzzTarget.all)
    func corpus(target: FuzzTarget) async throws {
        let files = try Self.files(target)
        #expect(files.count >= 3, "\(target) has seeds")
        for file in files { await run(target, file.bytes, file.name) }
    }

    @Test("So is every input that is made of them", arguments: FuzzTarget.all)
    func mutations(target: FuzzTarget) async throws {
        var mutator = InputMutator(try Self.files(target).map(\.bytes), longest: target.longest, seed: 1)
        for number in 0..<Self.generated { await run(target, mutator.next(), "input \(number)") }
    }

    private func run(_ target: FuzzTarget, _ bytes: [UInt8], _ name: String) async {
        let (start, used) = (ContinuousClock.now, clock())
        await #expect(throws: Never.self, "\(target), \(name): \(Data(bytes).base64EncodedString())") {
            try await target.run(bytes)
        }
        // Of the wall and of all processors: a machine that is busy otherwise is no fault of the input.
        let seconds = min(start.duration(to: .now) / .seconds(1), Double(clock() - used) / Double(CLOCKS_PER_SEC))
        #expect(seconds <= Self.limit, "\(target), \(name): \(Data(bytes).base64EncodedString())")
    }

    /// The files of a target, in the order of their names.
    private static func files(_ target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(components: "Corpus", target.name)
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
            .sorted { $0.0 < $1.0 }
    }
}

extension FuzzTarget: CustomTestStringConvertible {
    var testDescription: String { name }
}
