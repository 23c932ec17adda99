/// One condition of a query: a label and what its value must be, as `{name=~"value"}`.
///
/// A label that a series does not have is the empty text. Regular expressions must match the whole value.
package struct LabelMatcher: Sendable {
    package enum Kind: String, Sendable {
        case equal = "="
        case notEqual = "!="
        case matching = "=~"
        case notMatching = "!~"
    }

    package let kind: Kind
    package let name: String
    package let value: String

    package init(_ kind: Kind, _ name: String, _ value: String) {
        self.kind = kind
        self.name = name
        self.value = value
    }

    init(_ message: Prometheus_LabelMatcher) throws(RemoteReadRefusal) {
        let kind: Kind
        switch message.type {
        case .eq: kind = .equal
        case .neq: kind = .notEqual
        case .re: kind = .matching
        case .nre: kind = .notMatching
        case .UNRECOGNIZED(let type):
            throw RemoteReadRefusal(
                .matchers, "the matcher of \"\(message.name)\" has the type \(type), which is not known",
                accepted: "EQ (0), NEQ (1), RE (2), NRE (3)")
        }
        self.init(kind, message.name, message.value)
    }

    /// Whether it says what a label must not be.
    var isNegative: Bool { kind == .notEqual || kind == .notMatching }
}

extension LabelMatcher: CustomStringConvertible {
    package var description: String { "\(name)\(kind.rawValue)\"\(value)\"" }
}
