internal import Yams

/// A value in the file with the path of keys that leads to it.
///
/// Reading it as what it is not reports a problem and yields nil, so that all
/// problems are found in one pass.
struct ConfigurationValue {
    let node: Node
    /// Such as `applications[0].id`; empty for the file as a whole.
    let path: String
    let problems: Problems

    var place: FilePosition? { node.mark.map(FilePosition.init) }

    /// Whether there is nothing: the key alone, `~` or `null`.
    var isNull: Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// Whether there is nothing, or an empty text.
    var isEmpty: Bool { isNull || node.scalar?.string.isEmpty == true }

    /// Returns a single value as `rule` reads it.
    func scalar<Value>(_ rule: ValueRule<Value>) -> Value? {
        guard !isNull else { return mismatch("it has no value", expected: rule.expected) }
        guard case .scalar(let scalar) = node else {
            return mismatch("\(kind) is not one value", expected: rule.expected)
        }
        do throws(Complaint) {
            return try rule.read(scalar.string)
        } catch {
            return mismatch(error.found, expected: error.expected)
        }
    }

    /// The values of a list; empty when there is nothing.
    func list(of items: String) -> [ConfigurationValue]? {
        guard !isNull else { return [] }
        guard case .sequence(let sequence) = node else {
            return mismatch("\(kind) is not a list", expected: "a list of \(items) such as [a, b]")
        }
        return sequence.enumerated().map { index, node in
            ConfigurationValue(node: node, path: "\(path)[\(index)]", problems: problems)
        }
    }

    /// Reads a mapping by `body`, then reports the keys that it did not ask
    /// for. Nothing at all counts as an empty mapping.
    /// - Returns: whether it is a mapping.
    @discardableResult
    func section(_ body: (inout ConfigurationSection) -> Void) -> Bool {
        var pairs: [(key: Node, value: Node)] = []
        if case .mapping(let mapping) = node {
            pairs = Array(mapping)
        } else if !isNull {
            refuse("\(kind) is not a mapping", expected: "keys with values such as key: value")
            return false
        }
        var section = ConfigurationSection(pairs, of: self)
        body(&section)
        section.reportUnknownKeys()
        return true
    }

    /// Reports a value that was understood but cannot be.
    func refuse(_ found: String, expected: String) {
        problems.add(place, path, found, expected: expected)
    }

    private func mismatch<Value>(_ found: String, expected: String) -> Value? {
        refuse(found, expected: expected)
        return nil
    }

    /// The kind of the node, without its content, which may be a key in the wrong place.
    private var kind: String {
        switch node {
        case .scalar: "a single value"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}
