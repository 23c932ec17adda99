import ArgumentParser
import UsageModel

/// What an argument may be, and how it is read.
enum ArgumentRule {
    /// Reads an argument by `read`, which returns nil for what is not accepted.
    /// - Parameter expected: what is accepted, for the error.
    static func reading<Value>(
        _ expected: String, _ read: @escaping @Sendable (String) -> Value?
    ) -> @Sendable (String) throws -> Value {
        { text in
            guard let value = read(text) else { throw ValidationError("expected \(expected)") }
            return value
        }
    }

    /// Reads a whole number.
    static func wholeNumber(_ range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
        reading("a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// Reads an address to listen on.
    @Sendable static func listenAddress(_ text: String) throws -> ListenAddress {
        guard let address = ListenAddress(text) else { throw ValidationError(ListenAddress.expected) }
        return address
    }
}
