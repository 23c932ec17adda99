import AlgoliaClient
import Foundation
import Simulator
import TestSupport
import UsageModel

/// A week of every statistic of an application, as the vendor sends it.
enum DecodeBenchmark {
    static func run() {
        let body = answer()
        let points = body.withUnsafeBytes {
            (try? UsageDecoder.decode($0))?.series.reduce(0) { $0 + $1.points.count } ?? 0
        }
        let own = median(runs: 31) { body.withUnsafeBytes { _ = try? UsageDecoder.decode($0) } }
        let data = Data(body)
        let foundation = median(runs: 3) { _ = try? JSONDecoder().decode([String: [Item]].self, from: data) }
        let size = Double(body.count) / 1e6
        Table.row(
            "decode \(body.count / 1000) kB, \(points) points", "\((size / own).text(0)) MB/s",
            "JSONDecoder \((size / foundation).text(1)) MB/s; promised 150; \(ownResidentMegabytes)")
    }

    private struct Item: Decodable {
        enum Value: Decodable {
            case number(Double)
            case map([String: Double])

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let number = try? container.decode(Double.self) {
                    self = .number(number)
                } else {
                    self = .map(try container.decode([String: Double].self))
                }
            }
        }
        var t: Int64
        var v: Value
    }

    private static func answer() -> [UInt8] {
        let truth = Simulator(configuration: .demo, clock: VirtualClock(1_784_073_600)).truth
        var statistics: [String] = []
        for statistic in StatisticCatalogue.all {
            let series = truth.series(
                application: "DEMOAPP", statistic: statistic.name, granularity: .hourly,
                range: TimeRange(1_784_073_600 - 7 * 86_400, 1_784_073_600))
            guard !series.isEmpty else { continue }
            var values: [UnixTime: [String]] = [:]
            for one in series {
                for point in one.points {
                    values[point.time, default: []].append(
                        one.key.isEmpty ? point.value.description : "\"\(one.key)\":\(point.value)")
                }
            }
            let points = values.sorted { $0.key < $1.key }.map { time, values in
                let value = statistic.shape == .scalar ? values[0] : "{\(values.joined(separator: ","))}"
                return "{\"t\":\(time * 1000),\"v\":\(value)}"
            }
            statistics.append("\"\(statistic.name)\":[\(points.joined(separator: ","))]")
        }
        return Array("{\(statistics.joined(separator: ","))}".utf8)
    }
}
