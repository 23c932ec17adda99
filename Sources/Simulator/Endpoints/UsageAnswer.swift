import UsageModel

/// Writes a usage answer: `{"records":[{"t":1455451200000,"v":53863464}, …], …}`.
struct UsageAnswer {
    private let faults: Faults
    private let buckets: [UnixTime]
    /// `{"t":…,"v":` for each bucket: every statistic repeats them.
    private let heads: [[UInt8]]
    private let tail: [UInt8]
    private var bytes: [UInt8] = []
    private var isEmpty = true

    /// - Parameter statistics: about how many will be added.
    init(buckets: [UnixTime], statistics: Int, faults: Faults) {
        self.faults = faults
        self.buckets = buckets
        heads = buckets.map { time in
            var head: [UInt8] = []
            head.write("{\"t\":")
            head.write(integer: time * 1000)
            head.write(",\"v\":")
            return head
        }
        tail = Array((faults.extraPointAttributes ? #","quality":{"kind":["new",{"v":1}],"t":0}}"# : "}").utf8)
        bytes.reserveCapacity(buckets.count * statistics * 32)
        bytes.write("{")
    }

    /// Whether the statistic's values are maps.
    static func isMap(_ statistic: StatisticName) -> Bool {
        switch Recipes.all[statistic.text] {
        case .perServer, .perRegion, .perZone: true
        default: false
        }
    }

    /// Adds a statistic; one without any value is left out.
    mutating func add(_ statistic: StatisticName, _ values: [(key: String, column: Column)], isMap: Bool) {
        guard let first = values.first else { return }
        if !isEmpty { bytes.write(faults.untidyJSON ? "\n , " : ",") }
        isEmpty = false
        bytes.write(string: statistic.text)
        bytes.write(faults.untidyJSON ? " : [ " : ":[")
        if isMap {
            let keys = values.map { value in
                var key: [UInt8] = []
                key.write(string: value.key)
                key.write(":")
                return key
            }
            points { position in
                values.contains { !$0.column[position].isNaN }
            } write: { position, style, bytes in
                Self.writeMap(values, keys, position, style, to: &bytes)
            }
        } else {
            points {
                !first.column[$0].isNaN
            } write: { position, style, bytes in
                style.write(first.column[position], to: &bytes)
            }
        }
        bytes.write("]")
    }

    /// The whole body.
    mutating func finish() -> [UInt8] {
        if isEmpty, faults.emptyAsArray { return Array("[]".utf8) }
        bytes.write("}")
        return bytes
    }

    private mutating func points(
        where isReported: (Int) -> Bool, write: (Int, NumberStyle, inout [UInt8]) -> Void
    ) {
        var isFirst = true
        for position in buckets.indices where isReported(position) {
            if !isFirst { bytes.write(",") }
            isFirst = false
            if faults.untidyJSON {
                writeUntidy(position, write)
            } else {
                bytes.append(contentsOf: heads[position])
                write(position, .plain, &bytes)
                bytes.append(contentsOf: tail)
            }
        }
    }

    /// Attributes in either order, whitespace, and numbers in any spelling.
    private mutating func writeUntidy(_ position: Int, _ write: (Int, NumberStyle, inout [UInt8]) -> Void) {
        let style = NumberStyle.allCases[position % NumberStyle.allCases.count]
        if position % 2 == 0 {
            bytes.write(" {\t\"v\" : ")
            write(position, style, &bytes)
            bytes.write(",\r\n\"t\": ")
            bytes.write(integer: buckets[position] * 1000)
            bytes.append(contentsOf: tail)
        } else {
            bytes.append(contentsOf: heads[position])
            bytes.write(" ")
            write(position, style, &bytes)
            bytes.write(" ")
            bytes.append(contentsOf: tail)
        }
    }

    private static func writeMap(
        _ values: [(key: String, column: Column)], _ keys: [[UInt8]], _ position: Int, _ style: NumberStyle,
        to bytes: inout [UInt8]
    ) {
        bytes.write("{")
        var isFirst = true
        for (number, value) in values.enumerated() where !value.column[position].isNaN {
            if !isFirst { bytes.write(",") }
            isFirst = false
            bytes.append(contentsOf: keys[number])
            style.write(value.column[position], to: &bytes)
        }
        bytes.write("}")
    }
}
