internal import Gzip
internal import History
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Prometheus
internal import UsageModel

/// `/metrics`. The history's part is rendered once per change, however often
/// anyone scrapes; the whole page, with the exporter's own metrics, at most once a second.
actor MetricsPage {
    private struct Variant: Hashable {
        var format: ExpositionFormat
        var isCompressed: Bool
    }

    private struct Rendered {
        var generation: UInt64
        var validUntil: UnixTime
        var bytes: [UInt8]
    }

    private struct Page {
        var generation: UInt64
        var second: UnixTime
        var body: ByteBuffer
    }

    private let exporter: Exporter
    private var usage: [ExpositionFormat: Rendered] = [:]
    private var rendering: [ExpositionFormat: Task<Rendered, any Error>] = [:]
    private var pages: [Variant: Page] = [:]

    init(_ exporter: Exporter) {
        self.exporter = exporter
    }

    nonisolated var endpoint: Endpoint {
        Endpoint(
            path: "/metrics", summary: "Current values for Prometheus.",
            contents: [
                .init(type: ExpositionFormat.text.contentType, summary: "Prometheus text format, the default."),
                .init(type: ExpositionFormat.openMetrics.contentType, summary: "OpenMetrics, when Accept prefers it."),
            ]
        ) { request, _ in
            let format = ExpositionFormat.preferred(accept: request.headers[.accept])
            let isCompressed = AcceptEncoding.gzip(request)
            let body = try await self.page(format, isCompressed: isCompressed)
            var headers: HTTPFields = [.contentType: format.contentType, .vary: "Accept, Accept-Encoding"]
            if isCompressed { headers[.contentEncoding] = "gzip" }
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
        }
    }

    /// The whole page.
    func page(_ format: ExpositionFormat, isCompressed: Bool) async throws -> ByteBuffer {
        let variant = Variant(format: format, isCompressed: isCompressed)
        let now = exporter.clock.now
        if let page = pages[variant], page.second == now, page.generation == exporter.history.generation {
            return page.body
        }
        let usage = try await usageFamilies(format)
        var writer = ExpositionWriter(format)
        writer.append(usage.bytes)
        writeOwn(to: &writer)
        writer.finish()
        // The level is low: a page is compressed once a second at the most, and read over a fast network.
        let bytes = isCompressed ? try Gzip.compress(writer.bytes, level: 1) : writer.bytes
        let page = Page(generation: usage.generation, second: now, body: ByteBuffer(bytes: bytes))
        pages[variant] = page
        return page.body
    }

    /// The history's part, from the cache while it is right. Scrapes that come together wait for one rendering.
    private func usageFamilies(_ format: ExpositionFormat) async throws -> Rendered {
        let generation = exporter.history.generation
        if let known = usage[format], known.generation == generation, exporter.clock.now < known.validUntil {
            return known
        }
        if let running = rendering[format] { return try await running.value }
        let task = Task { [exporter] in
            let now = exporter.clock.now
            let families = UsageFamilies(try await exporter.history.latest(), staleness: exporter.staleness, now: now)
            var writer = ExpositionWriter(format)
            families.write(to: &writer)
            return Rendered(generation: generation, validUntil: families.validUntil, bytes: writer.bytes)
        }
        rendering[format] = task
        defer { rendering[format] = nil }
        let rendered = try await task.value
        usage[format] = rendered
        return rendered
    }

    private func writeOwn(to writer: inout ExpositionWriter) {
        writer.family(
            "algolia_exporter_build_info", .gauge, help: "Version of the exporter, as a label of a constant 1.")
        writer.sample(.init(["version": exporter.version]), .integer(1))
        writer.family(
            "algolia_exporter_database_size_bytes", .gauge, help: "Size of the history and its write-ahead log.")
        writer.sample(.init(), .integer(exporter.history.size))
        exporter.registry.write(to: &writer)
        exporter.process.write(to: &writer)
    }
}
