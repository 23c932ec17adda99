/// Code that takes bytes from outside, whatever they are: what libFuzzer and the test of the corpus call.
struct FuzzTarget: Sendable {
    enum Call: Sendable {
        case plain(@Sendable ([UInt8]) throws -> Void)
        /// One that reads a history.
        case suspending(@Sendable ([UInt8]) async throws -> Void)
    }

    /// The name of its folder in the corpus.
    let name: String
    /// Bytes of the longest input: enough for every branch, and few enough that none takes a second.
    let longest: Int
    /// Ends for every input within a second of processor time.
    ///
    /// An error that a client or the vendor is told about is a right answer. Anything else throws ``FuzzFinding``.
    let call: Call

    init(_ name: String, longest: Int = 4096, _ call: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.init(name, longest: longest, .plain(call))
    }

    init(_ name: String, longest: Int = 4096, _ call: Call) {
        self.name = name
        self.longest = longest
        self.call = call
    }

    static let all = [
        usage, monitoring, range, grafana, remoteRead, remoteWrite, regex, matchers, settings, webSettings, times,
        durations,
    ]

    func run(_ bytes: [UInt8]) async throws {
        switch call {
        case .plain(let call): try call(bytes)
        case .suspending(let call): try await call(bytes)
        }
    }
}

/// A wrong result for an input.
struct FuzzFinding: Error, CustomStringConvertible {
    let description: String
}

/// - Throws: ``FuzzFinding`` unless `condition` holds.
func check(_ condition: Bool, _ complaint: @autoclosure () -> String) throws(FuzzFinding) {
    guard condition else { throw FuzzFinding(description: complaint()) }
}

/// The text of an input; nil for bytes that no caller hands over as text.
func text(_ bytes: [UInt8]) -> String? { String(validating: bytes, as: UTF8.self) }

/// The lines of an input, exactly `count` of them; those that are missing are empty, and the last is the rest.
func lines(_ text: String, _ count: Int) -> [String] {
    let lines = text.unicodeScalars.split(separator: "\n", maxSplits: count - 1, omittingEmptySubsequences: false)
    return (0..<count).map { $0 < lines.count ? String(lines[$0]) : "" }
}
