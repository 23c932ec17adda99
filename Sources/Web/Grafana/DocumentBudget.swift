private import Synchronization

/// How much one document of a request may hold, beside its bytes: what is decoded takes many times their memory and
/// time, and some of it is sent back many times.
final class DocumentBudget: Sendable {
    /// Names in all lists together. A variable may have thousands of values.
    static let names = 20_000
    /// Values, and bytes of texts, of what is sent back with each annotation.
    static let echoedValues = 100
    static let echoedBytes = 1024
    /// Bytes of the `refId` that is sent back with each series.
    static let refIdBytes = 256

    /// Where a decoder has it.
    static let key = CodingUserInfoKey(rawValue: "budget")

    private struct State {
        var names = DocumentBudget.names
        var values = DocumentBudget.echoedValues
        var bytes = DocumentBudget.echoedBytes
    }

    private let state = Mutex(State())

    /// Counts a name, or a list of them.
    static func spendName(_ decoder: any Decoder) throws {
        guard let budget = of(decoder) else { return }
        let isLeft = budget.state.withLock { state in
            state.names -= 1
            return state.names >= 0
        }
        guard isLeft else {
            throw Problem.parameter(
                GrafanaBody.name(decoder.codingPath), "the document has more than \(names) names",
                accepted: "at most \(names) names in all lists together, or a regular expression")
        }
    }

    /// Counts a value that is sent back.
    /// - Parameter bytes: of its text.
    static func spendEcho(_ decoder: any Decoder, bytes: Int = 0) throws {
        guard let budget = of(decoder) else { return }
        let isLeft = budget.state.withLock { state in
            state.values -= 1
            state.bytes -= bytes
            return state.values >= 0 && state.bytes >= 0
        }
        guard isLeft else {
            throw Problem.parameter(
                GrafanaBody.name(decoder.codingPath), "it is too large to be sent back with each annotation",
                accepted: "at most \(echoedValues) values and \(echoedBytes) bytes of text")
        }
    }

    private static func of(_ decoder: any Decoder) -> DocumentBudget? {
        key.flatMap { decoder.userInfo[$0] as? DocumentBudget }
    }
}

extension KeyedDecodingContainer {
    /// A list of at most so many elements; nil for none. Longer ones are refused before any element is decoded.
    func decodeList<Element: Decodable>(
        _ type: Element.Type, forKey key: Key, atMost limit: Int
    ) throws -> [Element]? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        var list = try nestedUnkeyedContainer(forKey: key)
        var elements: [Element] = []
        while !list.isAtEnd {
            guard elements.count < limit, list.count ?? 0 <= limit else {
                throw Problem.parameter(
                    GrafanaBody.name(codingPath + [key]), "the list has more than \(limit) elements",
                    accepted: "at most \(limit)")
            }
            elements.append(try list.decode(type))
        }
        return elements
    }
}
