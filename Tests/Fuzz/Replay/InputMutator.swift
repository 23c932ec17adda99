import TestSupport

/// Makes inputs of a corpus: pieces of files in another order, and damaged bytes. The same in every run.
struct InputMutator {
    /// What parsers have in common: borders of numbers, openings without an end, half characters.
    private static let pieces = [
        "0", "-1", "9223372036854775807", "9223372036854775808", "1e309", "-0.0", "NaN", "null", "true", "\"", "\\",
        "\\u0000", "{", "[", "(", "}", "]", ")", "[[[[[[[[", "((((((((", "{\"\":", ",", ":", "*", "&a ", "{1000}", "\n",
        "\r\n", "\0", "%", "%00", "&", "=", "now-", "\u{301}", "\u{1F6D2}",
    ].map { Array($0.utf8) }

    private let corpus: [[UInt8]]
    private let longest: Int
    private var random: SeededGenerator

    /// - Parameter longest: bytes of the longest input.
    init(_ corpus: [[UInt8]], longest: Int, seed: UInt64) {
        self.corpus = corpus
        self.longest = longest
        random = SeededGenerator(seed)
    }

    mutating func next() -> [UInt8] {
        var bytes = corpus.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes) }
        return Array(bytes.prefix(longest))
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        let start = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, start + Int.random(in: 1...16, using: &random))
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes.removeSubrange(start..<end)
        case 1: bytes.removeSubrange(start...)
        case 2: for index in start..<end { bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
        case 3: for index in start..<end { bytes[index] = UInt8.random(in: 0...255, using: &random) }
        case 4: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: start)
        case 5: bytes.replaceSubrange(start..<end, with: Self.pieces.randomElement(using: &random) ?? [])
        case 6:
            let times = Int.random(in: 1...64, using: &random)
            bytes.insert(contentsOf: (0..<times).flatMap { _ in Array(bytes[start..<end]) }, at: end)
        default:
            let other = corpus.randomElement(using: &random) ?? []
            bytes.replaceSubrange(start..., with: other.suffix(Int.random(in: 0...other.count, using: &random)))
        }
    }
}
