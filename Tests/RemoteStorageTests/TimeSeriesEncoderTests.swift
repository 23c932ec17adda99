import PrometheusModel
import RemoteStorage
import SwiftProtobuf
import Testing
import UsageModel

@Suite("A TimeSeries message, written by hand")
struct TimeSeriesEncoderTests {
    private let labels = [Label("__name__", "algolia_usage_records"), Label("index", "shop/\"é\"\n🛒"), Label("z", "")]

    private static let samples: [(time: Int64, value: Double)] = [
        (0, 0), (1, -0.0), (127, 1), (128, 1.5), (1_784_077_200_000, 53_863_464), (1_784_080_800_000, -1e300),
        (Int64.max, .leastNonzeroMagnitude), (Int64.min, .greatestFiniteMagnitude), (-1, .infinity),
    ]

    private func expectSamples(_ message: Prometheus_TimeSeries, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(message.labels.map(\.name) == labels.map(\.name), sourceLocation: sourceLocation)
        #expect(
            message.labels.map { Array($0.value.utf8) } == labels.map { Array($0.value.utf8) },
            sourceLocation: sourceLocation)
        #expect(message.samples.map(\.timestamp) == Self.samples.map(\.time), sourceLocation: sourceLocation)
        #expect(
            message.samples.map(\.value.bitPattern) == Self.samples.map(\.value.bitPattern),
            sourceLocation: sourceLocation)
    }

    private var encoder: TimeSeriesEncoder {
        var encoder = TimeSeriesEncoder(labels: labels)
        for sample in Self.samples { encoder.append(timeMilliseconds: sample.time, value: sample.value) }
        return encoder
    }

    @Test("Labels and samples are read back by the generated message")
    func message() throws {
        #expect(encoder.count == Self.samples.count)
        expectSamples(try Prometheus_TimeSeries(serializedBytes: encoder.bytes))
        let empty = try Prometheus_TimeSeries(serializedBytes: TimeSeriesEncoder(labels: []).bytes)
        #expect(empty.labels.isEmpty && empty.samples.isEmpty)
    }

    @Test("It is an element of a QueryResult and of a WriteRequest alike")
    func lists() throws {
        var list: [UInt8] = []
        encoder.write(to: &list)
        TimeSeriesEncoder(labels: []).write(to: &list)
        encoder.write(to: &list)
        for series in [
            try Prometheus_QueryResult(serializedBytes: list).timeseries,
            try Prometheus_WriteRequest(serializedBytes: list).timeseries,
        ] {
            #expect(series.count == 3)
            expectSamples(series[0])
            #expect(series[1].samples.isEmpty)
            expectSamples(series[2])
        }
    }

    @Test("Points become samples at the bucket's end, in the base unit")
    func points() throws {
        let key = SeriesKey(application: "APP", statistic: "90p_processing_time", index: "shop")
        let series = try #require(MetricSeries.all(key, .hourly).first)
        #expect(series.labels.map(\.name) == ["__name__", "application", "index"])
        #expect(series.labels.map(\.value) == ["algolia_index_usage_processing_time_p90_seconds", "APP", "shop"])
        var encoder = TimeSeriesEncoder(labels: series.labels)
        let points = [Point(time: 0, value: .integer(14)), Point(time: 7200, value: .real(0.5))]
        encoder.append(points[...], of: series)
        encoder.append(points[1...], of: series)
        encoder.append([], of: series)
        let message = try Prometheus_TimeSeries(serializedBytes: encoder.bytes)
        #expect(message.samples.map(\.timestamp) == [3_600_000, 10_800_000, 10_800_000])
        #expect(message.samples.map(\.value) == [0.014, 0.0005, 0.0005])
    }
}
