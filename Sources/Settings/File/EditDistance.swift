/// How alike two names are.
enum EditDistance {
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
    static func nearest(to name: String, in candidates: [String]) -> String? {
        candidates.map { (between(name, $0), $0) }.filter { $0.0 <= 2 }.min { $0.0 < $1.0 }?.1
    }
}
