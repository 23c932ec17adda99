import UsageModel

/// Writes a usage answer: `{"records":[{"t":1455451200000,"v":53863464}, …], …}`.
struct UsageAnswer {
    private let faults: Faults
    private let buckets: [UnixTime]
    /// `{"t":…,"v":` for each bucket: every statistic repeats them.
    private let heads: [[UInt8]]
    private let tail: [UInt8]
    private var bytes: [UInt8] = []
    /// Whether no statistic has been added that has a point.
    private(set) var isEmpty = true

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
    /// - Parameter poison: what stands in place of some buckets' values.
    mutating func add(
        _ statistic: StatisticName, _ values: [(key: String, column: Column)], isMap: Bool, poison: [PoisonedValue] = []
    ) {
        let poison = poison.filter { poison in buckets.contains(poison.bucket) }
        guard !values.isEmpty || !poison.isEmpty else { return }
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
            points(poison) { position in
                values.contains { !$0.column[position].isNaN }
            } write: { position, style, bytes in
                Self.writeMap(values, keys, position, style, to: &bytes)
            }
        } else {
            let column = values.first?.column ?? Column(repeating: .nan, count: buckets.count)
            points(poison) {
                !column[$0].isNaN
            } write: { position, style, bytes in
                style.write(column[position], to: &bytes)
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
        _ poison: [PoisonedValue], where isReported: (Int) -> Bool, write: (Int, NumberStyle, inout [UInt8]) -> Void
    ) {
        let poisoned = Dictionary(poison.map { ($0.bucket, $0.text) }) { _, last in last }
        var isFirst = true
        var newest: Int?
        for position in buckets.indices {
            let text = poisoned[buckets[position]]
            guard text != nil || isReported(position) else { continue }
            if !isFirst { bytes.write(",") }
            isFirst = false
            if let text {
                bytes.append(contentsOf: heads[position])
                bytes.write(raw: text)
                bytes.append(contentsOf: tail)
                continue
            }
            newest = position
            if faults.untidyJSON {
                writeUntidy(position, write)
            } else {
                bytes.append(contentsOf: heads[position])
                write(position, .plain, &bytes)
                bytes.append(contentsOf: tail)
            }
        }
        guard let newest else { return }
        for time in faults.strayPoints {
            bytes.write(",{\"t\":")
            bytes.write(integer: time * 1000)
            bytes.write(",\"v\":")
            write(newest, .plain, &bytes)
            bytes.append(contentsOf: tail)
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

/// Spellings of one and the same number; JSON allows them all.
enum NumberStyle: Sendable, CaseIterable {
    /// `42`, `4.2`.
    case plain
    /// `42.0`, `4.20`.
    case point
    /// `420e-1`, `42E-1`.
    case exponent

    func write(_ number: Double, to bytes: inout [UInt8]) {
        let isIntegral = number.rounded(.towardZero) == number
        switch self {
        case .plain:
            bytes.write(number: number)
        case .point:
            bytes.write(number: number)
            bytes.write(isIntegral ? ".0" : "0")
        case .exponent:
            let tenths = (number * 10).rounded()
            // Only a number that one decimal writes exactly may move its point.
            guard tenths / 10 == number, abs(tenths) < 0x1p53 else { return bytes.write(number: number) }
            bytes.write(number: tenths)
            bytes.write(isIntegral ? "e-1" : "E-1")
        }
    }
}
