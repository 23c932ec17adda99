import AlgoliaClient
import Foundation
import TestSupport
import Testing
import UsageModel

/// The decoder against Foundation's JSONSerialization, on documents that are
/// generated, and on the same documents damaged.
@Suite("The decoder agrees with JSONSerialization")
struct DecoderPropertyTests {
    @Test("On generated answers", arguments: 0..<300)
    func generated(seed: UInt64) throws {
        var document = DocumentGenerator(seed)
        let json = document.answer()
        let answer = try Data(json.utf8).withUnsafeBytes {
            try UsageDecoder.decode($0, asked: .names(DocumentGenerator.statistics.compactMap { StatisticName($0) }))
        }
        #expect(answer.unreadable.isEmpty)
        let series = answer.series
        #expect(Self.flattened(series) == Self.oracle(Data(json.utf8)), "\(json)")
    }

    // Fault (Algolia): Answers with flipped, missing and added bytes
    // Done: generated from valid ones
    // Seen: accepted only where they are JSON with the same points
    // Lost: nothing
    @Test(
        "On damaged answers: what it accepts whole is JSON with the same points, and what is not JSON it refuses",
        arguments: 0..<300)
    func mutated(seed: UInt64) throws {
        var document = DocumentGenerator(seed &+ 1_000_000)
        let original = Array(document.answer().utf8)
        for _ in 0..<20 {
            let bytes = document.mutate(original)
            let answer = try? bytes.withUnsafeBytes {
                try UsageDecoder.decode(
                    $0, asked: .names(DocumentGenerator.statistics.compactMap { StatisticName($0) }))
            }
            // What names a value unreadable promises nothing about it.
            let series = answer?.unreadable.isEmpty == true ? answer?.series : nil
            let isJSON = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
            let text = String(decoding: bytes, as: UTF8.self)
            if let series {
                #expect(isJSON, "accepted, though it is not JSON: \(text)")
                guard isJSON, !document.hasDuplicates(bytes) else { continue }
                #expect(Self.flattened(series) == Self.oracle(Data(bytes)), "\(text)")
            }
        }
    }

    private struct Cell: Hashable, CustomStringConvertible {
        var statistic: String
        var key: String
        var time: Int64
        /// To 12 digits: JSONSerialization rounds the last ones wrongly on Linux.
        var value: String
        var description: String { "\(statistic)/\(key)@\(time)=\(value)" }
    }

    private static func digits(_ number: Double) -> String { String(format: "%.12g", number) }

    private static func flattened(_ series: [SeriesPoints]) -> Set<Cell> {
        Set(
            series.flatMap { one in
                one.points.map {
                    Cell(
                        statistic: one.statistic.text, key: one.key.text, time: $0.time,
                        value: Self.digits($0.value.double))
                }
            })
    }

    private static func oracle(_ data: Data) -> Set<Cell> {
        let root = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
        var cells = Set<Cell>()
        for (statistic, list) in root {
            for case let point as [String: Any] in list as? [Any] ?? [] {
                guard let time = (point["t"] as? NSNumber)?.int64Value else { continue }
                func add(_ key: String, _ value: Any) {
                    guard !(value is NSNull), let number = value as? NSNumber else { return }
                    cells.insert(
                        Cell(statistic: statistic, key: key, time: time / 1000, value: digits(number.doubleValue)))
                }
                if let map = point["v"] as? [String: Any] {
                    for (key, value) in map { add(key, value) }
                } else if let value = point["v"] {
                    add("", value)
                }
            }
        }
        return cells
    }
}

/// Makes answers as the vendor might send them, and damages them.
private struct DocumentGenerator {
    static let statistics = ["records", "max_qps", "future_\u{1F6D2}", "avg_processing_time", "a\\\"b"]

    private var random: SeededGenerator

    init(_ seed: UInt64) { random = SeededGenerator(seed) }

    mutating func answer() -> String {
        let statistics = Self.statistics.shuffled(using: &random)
        let parts = statistics.prefix(Int.random(in: 0...5, using: &random)).map { name in
            "\(string(name))\(space()):\(space())[\(points())]"
        }
        return "{\(space())\(parts.joined(separator: ","))\(space())}"
    }

    private mutating func points() -> String {
        let isMap = Bool.random(using: &random)
        let keys = ["c4-fr-1", "c4-fr-2", "eu \u{E9}", "", "x\ty"]
        return (0..<Int.random(in: 0...6, using: &random)).map { position in
            let time = "\"t\":\(space())\(1_455_451_200_000 + position * 3_600_000)"
            let value: String
            if isMap {
                let chosen = keys.shuffled(using: &random).prefix(Int.random(in: 0...5, using: &random))
                value = "{\(chosen.map { "\(string($0)):\(number())" }.joined(separator: ","))}"
            } else {
                value = number()
            }
            var attributes = [time, "\"v\":\(value)"]
            if Bool.random(using: &random) { attributes.append("\"extra\":[{},null,\"x\",-1.5e3]") }
            return "{\(attributes.shuffled(using: &random).joined(separator: ","))}"
        }.joined(separator: ",\(space())")
    }

    private mutating func number() -> String {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: "null"
        case 1: "\(Double.random(in: -1000...1000, using: &random))"
        case 2: "\(Int.random(in: 0...99, using: &random)).0"
        case 3: "\(Int.random(in: 1...9, using: &random))e\(Int.random(in: -5...12, using: &random))"
        case 4: "-\(Int.random(in: 0...1_000_000, using: &random))"
        case 5: "\(UInt64.random(in: 0...UInt64(1 << 53), using: &random))"
        default: "\(Int.random(in: 0...100_000_000, using: &random))"
        }
    }

    private mutating func string(_ text: String) -> String {
        let escapesAll = Int.random(in: 0..<4, using: &random) == 0
        return "\""
            + text.utf16.map { unit in
                escapesAll || unit < 0x20 || unit == 0x22 || unit == 0x5C
                    ? "\\u" + String(format: "%04x", unit)
                    : (0xD800...0xDFFF).contains(unit)
                        ? "\\u" + String(format: "%04X", unit) : String(UnicodeScalar(unit).map(Character.init) ?? "?")
            }.joined() + "\""
    }

    private mutating func space() -> String {
        ["", "", "", " ", "\n", "\t ", "\r\n"].randomElement(using: &random) ?? ""
    }

    mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.removeSubrange(index...)
            case 1: bytes.remove(at: index)
            case 2: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 3: bytes.insert(Array(#"{}[],:"0-.eE\nutf"#.utf8).randomElement(using: &random) ?? 0x20, at: index)
            default: bytes.swapAt(index, Int.random(in: 0..<bytes.count, using: &random))
            }
        }
        return bytes
    }

    /// Whether an attribute may come twice: which one counts is then a matter of taste.
    func hasDuplicates(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        let attributes = text.components(separatedBy: "\":").dropLast().map {
            $0.components(separatedBy: "\"").last ?? ""
        }
        let points = text.components(separatedBy: "}").map { $0.components(separatedBy: "\"t\"").count }
        let names = attributes.filter { !["t", "v", "extra"].contains($0) }
        return points.contains { $0 > 2 } || Set(names).count < names.count || attributes.contains { $0.contains("\\") }
    }
}
