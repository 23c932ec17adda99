internal import Yams

/// A mapping of the file while it is read.
///
/// The keys that are asked for are the keys that are accepted, so that neither
/// the check for unknown keys nor its message can differ from the reading.
struct ConfigurationSection {
    /// The mapping as a whole.
    let value: ConfigurationValue
    private let pairs: [(key: Node, value: Node)]
    private var accepted: [String] = []
    /// Keys that are reported already.
    private var refused: [String] = []
    /// Whether every text is accepted.
    private var acceptsAll = false

    init(_ pairs: [(key: Node, value: Node)], of value: ConfigurationValue) {
        self.pairs = pairs
        self.value = value
    }

    /// The value of `key`; nil when the file does not have it.
    mutating func value(_ key: String) -> ConfigurationValue? {
        accepted.append(key)
        guard let pair = pairs.first(where: { $0.key.scalar?.string == key }) else { return nil }
        return ConfigurationValue(node: pair.value, path: path(of: key), problems: value.problems)
    }

    /// Every key with its value, for a mapping whose keys are names.
    mutating func entries() -> [(name: String, value: ConfigurationValue)] {
        let entries = pairs.compactMap { key, value in
            key.scalar.map { name in
                (
                    name.string,
                    ConfigurationValue(node: value, path: path(of: name.string), problems: self.value.problems)
                )
            }
        }
        acceptsAll = true
        return entries
    }

    /// Puts the value of `key` into `target`, which keeps what it has without one.
    mutating func read<Value>(_ key: String, _ rule: ValueRule<Value>, into target: inout Value) {
        if let value = value(key)?.scalar(rule) { target = value }
    }

    /// Puts the value of `key` into `target`, which keeps what it has without one.
    mutating func read<Value>(_ key: String, _ rule: ValueRule<Value>, into target: inout Value?) {
        if let value = value(key)?.scalar(rule) { target = value }
    }

    /// Puts the single values of a list into `target`, which keeps what it has without one.
    mutating func read<Value>(_ key: String, listOf items: String, _ rule: ValueRule<Value>, into target: inout [Value])
    {
        guard let value = value(key), !value.isNull, let list = value.list(of: items) else { return }
        target = list.compactMap { $0.scalar(rule) }
    }

    /// Reports `key`, if the file has it: others accept it, and nothing here does.
    mutating func refuse(_ key: String, _ found: String, expected: String = "") {
        guard let pair = pairs.first(where: { $0.key.scalar?.string == key }) else { return }
        refused.append(key)
        value.problems.add(pair.key.mark.map(FilePosition.init), path(of: key), found, expected: expected)
    }

    /// Reads the mapping at `key` by `body`, if the file has it.
    mutating func section(_ key: String, _ body: (inout ConfigurationSection) -> Void) {
        value(key)?.section(body)
    }

    /// Reports the keys that nothing has read.
    func reportUnknownKeys() {
        let problems = value.problems
        let path = value.path
        for pair in pairs {
            guard let key = pair.key.scalar?.string else {
                problems.add(
                    pair.key.mark.map(FilePosition.init), path, "a key is a list or mapping", expected: "a text")
                continue
            }
            guard !acceptsAll, !accepted.contains(key), !refused.contains(key) else { continue }
            var expected = "one of \(accepted.joined(separator: ", "))"
            if !problems.isFull, let similar = EditDistance.nearest(to: key, in: accepted) {
                expected += " (did you mean \(similar)?)"
            }
            problems.add(
                pair.key.mark.map(FilePosition.init), path, "unknown key \(ShownText.quoted(key))", expected: expected)
        }
    }

    private func path(of key: String) -> String { value.path.isEmpty ? key : "\(value.path).\(key)" }
}

/// How alike two names are.
public enum EditDistance {
    /// How many letters must be added, left out or replaced, or swapped with
    /// their neighbour, to get from one to the other.
    static func between(_ first: String, _ second: String) -> Int {
        let first = Array(first)
        let second = Array(second)
        var rows = [Array(0...second.count)]
        for row in 0..<first.count {
            var next = [row + 1]
            for column in 0..<second.count {
                let replaced = rows[row][column] + (first[row] == second[column] ? 0 : 1)
                var best = min(replaced, rows[row][column + 1] + 1, next[column] + 1)
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    best = min(best, rows[row - 1][column - 1] + 1)
                }
                next.append(best)
            }
            rows.append(next)
        }
        return rows[first.count][second.count]
    }

    /// The most similar of `candidates` within two edits; nil when none is.
    public static func nearest(to name: String, in candidates: [String]) -> String? {
        candidates.map { (between(name, $0), $0) }.filter { $0.0 <= 2 }.min { $0.0 < $1.0 }?.1
    }
}
