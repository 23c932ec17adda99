#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// JSON of encodable values, for everything but points, which ``JSONBytes`` writes.
public enum JSONDocument {
    /// Returns `value` as JSON, its properties sorted and in snake case.
    /// - Throws: `EncodingError` for a number that JSON cannot write.
    public static func bytes(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return [UInt8](try encoder.encode(value))
    }
}
