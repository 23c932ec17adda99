internal import Collector
internal import Exposition
internal import Gzip
internal import HTTPTypes
internal import History
internal import Hummingbird
internal import Logging
internal import NIOCore
private import Synchronization
public import UsageModel

/// `/metrics`. The history's part is rendered once per change, however often
/// anyone scrapes; the whole page, with the exporter's own metrics, at most once a second.
/// Other options are in force from the next scrape on.
actor MetricsPage {
    private struct Variant: Hashable {
        var format: ExpositionFormat
        var isCompressed: Bool
    }

    /// The conditions under which the history's part was rendered.
    private struct Conditions: Equatable {
        var options: MetricsOptions
        /// Samples of the rest of the page.
        var reserved: Int
    }

    private struct Rendered {
        var conditions: Conditions
        var generation: UInt64
        var renderedAt: UnixTime
        var validUntil: UnixTime
        var samples: Int
        var dropped: DroppedSeries
        var text: ByteBuffer
        /// The text as a part of a compressed page, once one is asked for.
        var compressed: GzipPart?

        /// Whether it would be rendered the same: with a few samples more elsewhere it is, while all fits.
        func isRight(for other: Conditions) -> Bool {
            if conditions == other { return true }
            return conditions.options == other.options && dropped.series == 0
                && samples + other.reserved <= other.options.maxSeries
        }
    }

    private struct Page {
        var options: MetricsOptions
        var generation: UInt64
        var second: UnixTime
        var body: ByteBuffer
    }

    private let exporter: Exporter
    private var filter: (options: MetricsOptions, filter: MetricFilter)?
    private var history: [ExpositionFormat: Rendered] = [:]
    private var rendering: [ExpositionFormat: (conditions: Conditions, task: Task<Rendered, any Error>)] = [:]
    /// The newest pages. They are read without waiting for the actor, which may be rendering another.
    private let pages = Mutex<[Variant: Page]>([:])
    private var making: [Variant: (options: MetricsOptions, generation: UInt64, task: Task<Page, any Error>)] = [:]
    /// Indices that were left out of the newest page.
    private var droppedIndices = 0

    init(_ exporter: Exporter) {
        self.exporter = exporter
    }

    nonisolated var endpoint: Endpoint {
        Endpoint(
            path: exporter.paths.telemetry, summary: "Current values for Prometheus.",
            parameters: [ScrapeParameters.application, ScrapeParameters.label, ScrapeParameters.groups],
            contents: Self.contents,
            failures: [
                400: "A group or the name of a label is unknown.",
                404: "An application, or the value of a label, is unknown.",
            ], isUrgent: true, ignoresOtherParameters: true
        ) { [exporter] request, parameters in
            try await self.answer(request, try await ScrapeParameters.selection(parameters, exporter))
        }
    }

    static var contents: [Endpoint.Content] {
        [
            .init(type: ExpositionFormat.text.contentType, summary: "Prometheus text format, the default."),
            .init(type: ExpositionFormat.openMetrics.contentType, summary: "OpenMetrics, when Accept prefers it."),
        ]
    }

    /// The page, or the part of it that is asked for, in the form that the client accepts.
    nonisolated func answer(_ request: Request, _ selection: PageSelection) async throws -> Response {
        let format = ExpositionFormat.preferred(accept: request.headers[.accept])
        let isCompressed = AcceptEncoding.gzip(request)
        let body: ByteBuffer
        if selection.isEverything, let page = current(format, isCompressed: isCompressed) {
            body = page
        } else {
            // Not on the event loop of the connection: it takes long.
            body = try await withTaskExecutorPreference(globalConcurrentExecutor) {
                try await part(selection, format, isCompressed: isCompressed)
            }
        }
        var headers: HTTPFields = [.contentType: format.contentType, .vary: "Accept, Accept-Encoding"]
        if isCompressed { headers[.contentEncoding] = "gzip" }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    private nonisolated func part(
        _ selection: PageSelection, _ format: ExpositionFormat, isCompressed: Bool
    ) async throws -> ByteBuffer {
        guard !selection.isEverything else { return try await page(format, isCompressed: isCompressed) }
        let whole = try await page(format, isCompressed: false)
        let bytes = whole.withUnsafeReadableBytes(selection.selected)
        return ByteBuffer(bytes: isCompressed ? try Gzip.compress(bytes, level: 1) : bytes)
    }

    /// The whole page, if it was made in this second and nothing has changed since.
    private nonisolated func current(_ format: ExpositionFormat, isCompressed: Bool) -> ByteBuffer? {
        guard let page = pages.withLock({ $0[Variant(format: format, isCompressed: isCompressed)] }),
            page.second == exporter.clock.now, page.generation == exporter.history.generation,
            page.options == exporter.options()
        else { return nil }
        return page.body
    }

    /// The whole page.
    func page(_ format: ExpositionFormat, isCompressed: Bool) async throws -> ByteBuffer {
        if let page = current(format, isCompressed: isCompressed) { return page }
        let variant = Variant(format: format, isCompressed: isCompressed)
        let now = exporter.clock.now
        let options = exporter.options()
        // Scrapes that come together share one page, and its memory.
        let generation = exporter.history.generation
        if let running = making[variant], running.options == options, running.generation == generation {
            return try await running.task.sharedValue.body
        }
        let task = Task { try await make(variant, options, now: now) }
        making[variant] = (options, generation, task)
        defer { if making[variant]?.task == task { making[variant] = nil } }
        let page = try await task.sharedValue
        pages.withLock { $0[variant] = page }
        return page.body
    }

    private func make(_ variant: Variant, _ options: MetricsOptions, now: UnixTime) async throws -> Page {
        let format = variant.format
        let filter = try filter(options)
        var own = ExpositionWriter(format, filter: filter, labels: options.labels)
        ServerFamilies.write(
            ServerFamilies.infrastructure(await exporter.status(), staleness: options.staleness, now: now), to: &own)
        CapacityFamilies.write(await exporter.capacity.ready(staleness: options.staleness.daily), to: &own)
        writeOwn(to: &own)
        if options.compatibility != nil { RefreshFamily.write(exporter.registry, options, to: &own) }
        let history: Rendered?
        do {
            history = try await historyFamilies(format, filter, Conditions(options: options, reserved: own.samples))
        } catch {
            // The exporter's own metrics show that the database is damaged.
            guard exporter.history.problem != nil else { throw error }
            history = nil
        }
        if let history { note(history.dropped, options) }
        own.finish()
        let body: ByteBuffer
        if variant.isCompressed {
            var parts: [GzipPart] = []
            if let history { parts.append(try await compressed(history, format)) }
            parts.append(try own.bytes.withUnsafeBytes { try GzipPart($0, level: 1) })
            body = ByteBuffer(bytes: GzipPart.joined(parts))
        } else {
            // One buffer: of two, the second would wait until the first has been sent.
            var text = history?.text ?? ByteBuffer()
            text.writeBytes(own.bytes)
            body = text
        }
        return Page(
            options: options, generation: history?.generation ?? exporter.history.generation, second: now,
            body: body)
    }

    private func filter(_ options: MetricsOptions) throws -> MetricFilter {
        if let filter, filter.options == options { return filter.filter }
        let new = try MetricFilter(include: options.include, exclude: options.exclude)
        filter = (options, new)
        return new
    }

    /// The history's part, from the cache while it is right. Scrapes that come together wait for one rendering.
    private func historyFamilies(
        _ format: ExpositionFormat, _ filter: MetricFilter, _ conditions: Conditions
    ) async throws -> Rendered {
        let generation = exporter.history.generation
        if let known = history[format], known.generation == generation,
            // A clock that was set back makes anything possible.
            (known.renderedAt..<max(known.validUntil, known.renderedAt)).contains(exporter.clock.now),
            known.isRight(for: conditions)
        {
            return known
        }
        if let running = rendering[format], running.conditions == conditions {
            return try await running.task.sharedValue
        }
        let task = Task { [exporter] in
            let now = exporter.clock.now
            let families = StatisticFamilies(
                try await exporter.history.latest(),
                recent: try await CompatibilityFamilies.recent(exporter.history, conditions.options, now: now),
                options: conditions.options, now: now)
            var writer = ExpositionWriter(format, filter: filter, labels: conditions.options.labels)
            let dropped = families.write(to: &writer, reserved: conditions.reserved)
            return Rendered(
                conditions: conditions, generation: generation, renderedAt: now, validUntil: families.validUntil,
                samples: writer.samples, dropped: dropped, text: ByteBuffer(bytes: writer.bytes))
        }
        rendering[format] = (conditions, task)
        defer { if rendering[format]?.task == task { rendering[format] = nil } }
        let rendered = try await task.sharedValue
        history[format] = rendered
        return rendered
    }

    /// The history's part of a compressed page, compressed once per change.
    private func compressed(_ rendered: Rendered, _ format: ExpositionFormat) async throws -> GzipPart {
        if let known = rendered.compressed { return known }
        let part = try await Self.compress(rendered.text)
        if let newest = history[format], newest.generation == rendered.generation,
            newest.renderedAt == rendered.renderedAt, newest.conditions == rendered.conditions
        {
            history[format]?.compressed = part
        }
        return part
    }

    /// Not on the actor: others need it meanwhile. 1.6 MB take 5 ms; level 6 would take 16 for an eighth less, and during
    /// a backfill every scrape sees a change.
    private nonisolated static func compress(_ text: ByteBuffer) async throws -> GzipPart {
        try text.withUnsafeReadableBytes { try GzipPart($0, level: 3) }
    }

    private func writeOwn(to writer: inout ExpositionWriter) {
        writer.family(ExporterMetric.build)
        let build = exporter.build
        writer.sample(
            .init(
                ExporterMetric.build, build.version, build.revision, build.branch, build.date, build.swiftVersion),
            .integer(1))
        writer.family(ExporterMetric.databaseSize)
        writer.sample(.init(), .integer(exporter.history.size))
        exporter.registry.write(to: &writer)
        exporter.process.write(to: &writer)
    }

    /// Tells when another number of indices does not fit, not at every scrape.
    private func note(_ dropped: DroppedSeries, _ options: MetricsOptions) {
        guard dropped.indices.count != droppedIndices else { return }
        droppedIndices = dropped.indices.count
        guard droppedIndices > 0 else {
            exporter.logger.info("\(exporter.paths.telemetry) includes all indices again")
            return
        }
        exporter.logger.warning(
            "\(exporter.paths.telemetry) exceeds metrics.max_series (\(options.maxSeries)); leaving out \(dropped.series) series of the \(droppedIndices) least active indices"
        )
    }
}

/// The metrics about the process as a whole: its version and database.
public enum ExporterMetric {
    public static let build = MetricDeclaration(
        "algolia_exporter_build_info", .gauge, labels: ["version", "revision", "branch", "date", "swiftversion"],
        help: "Version and commit of the exporter, and the compiler's version, as labels; the value is always 1.",
        meaning:
            "constant 1; `revision`, `branch` and `date` are the commit's, `unknown` for a build without git")
    public static let databaseSize = MetricDeclaration(
        "algolia_exporter_database_size_bytes", .gauge,
        help: "Size of the database and its write-ahead log in bytes.",
        meaning: "size of the database and its write-ahead log")

    /// All of them.
    public static let all = [build, databaseSize]
}
