import UsageModel

@testable import AlgoliaClient

extension FuzzTarget {
    /// Answers of both versions of the Usage API.
    static let usage = FuzzTarget("usage") { bytes in
        let billing: [StatisticName] = [.billingPrefix + "x", .billingPrefix + "y"]
        try withExactBytes(bytes) { bytes in
            for asked in [StatisticSelection.all, .names(["records", "x"])] {
                if let answer = try? UsageDecoder.decode(bytes, asked: asked) { try checkPoints(answer.series) }
            }
            _ = try? BillingDecoder.registry(bytes)
            for granularity in [Granularity.hourly, .daily] {
                let request = BillingRequest(
                    statistics: billing, granularity: granularity, range: TimeRange(0, 10 * granularity.seconds))
                if let answer = try? BillingDecoder.points(bytes, of: request, "APP") { try checkPoints(answer.series) }
            }
        }
    }

    /// Answers of the Monitoring API, and the Search API's list of indices.
    static let monitoring = FuzzTarget("monitoring") { bytes in
        try withExactBytes(bytes) { bytes in
            if let metrics = try? MonitoringDecoder.metrics(bytes) { try checkPoints(metrics.answer) }
            _ = try? MonitoringDecoder.inventory(bytes)
            _ = try? MonitoringDecoder.status(bytes)
            _ = try? MonitoringDecoder.incidents(bytes)
            _ = try? MonitoringDecoder.reachability(bytes)
            guard let page = try? IndexPage.decode(bytes) else { return }
            for index in page.indices {
                try check(!index.name.isEmpty, "an index without a name")
                try check(index.entries.map { $0.double >= 0 } ?? true, "\(index.name) has less than no records")
            }
        }
    }

    /// The bytes in memory of their own size: the address sanitizer sees a read of one byte more.
    private static func withExactBytes(_ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        try body(UnsafeRawBufferPointer(copy))
    }

    private static func checkPoints(_ series: [SeriesPoints]) throws {
        for one in series {
            for point in one.points {
                try check((-62_135_596_800..<253_402_300_800).contains(point.time), "the time \(point.time)")
                try check(point.value.double.isFinite, "the value \(point.value)")
            }
        }
    }
}
