import ArgumentParser
import UsageModel

extension ListenAddress {
    /// Reads an argument.
    /// - Throws: `ValidationError` that says what is expected.
    @Sendable static func argument(_ text: String) throws -> ListenAddress {
        guard let address = ListenAddress(text) else { throw ValidationError(expected) }
        return address
    }
}
