internal import History
internal import UsageModel

/// The body of an answer of `/grafana/query`, some thousands of points at a time: a list with an object for each
/// series, and one for each table.
struct GrafanaQueryBody: BodyParts {
    /// The pieces that are written one after another.
    private enum Piece: Sendable {
        /// Bytes that are in memory already.
        case ready([UInt8])
        /// An object for each series.
        case series(GrafanaTarget, RangePlan, names: [String])
        /// Rows of a table.
        case rows(RangePlan, [GrafanaResult.Series])
    }

    private let history: History
    private let pieces: [Piece]
    private var position = 0
    /// The rest of the piece being written; nil before its first point.
    private var points: RangePoints?
    /// The series being written.
    private var open: Int?
    /// Whether a comma comes before the next row.
    private var hasRow = false
    private var hasBegun = false
    /// Whether a comma comes before the next object.
    private var hasObject = false

    init(_ history: History, _ results: [GrafanaResult]) {
        self.history = history
        var names = SeriesLegend.names(results.flatMap(\.legended))[...]
        pieces = results.flatMap { Self.pieces($0, &names) }
    }

    /// - Parameter names: of the series that are still to be written.
    private static func pieces(_ result: GrafanaResult, _ names: inout ArraySlice<String>) -> [Piece] {
        switch result {
        case .annotations(let target, let annotations):
            return [.ready(GrafanaTable.annotations(annotations, refId: target.refId).bytes)]
        case .table(let target, let plans):
            return [.ready(GrafanaTable.pointsHead(refId: target.refId).bytes)]
                + plans.map { .rows($0.range, $0.series) } + [.ready(GrafanaTable.end)]
        case .series(let target, let plans) where plans.allSatisfy(\.series.isEmpty):
            // A target that selects nothing is a series without points: a panel without data is no error.
            var json = JSONBytes(capacity: 256)
            head(target.name, target, &json)
            json.raw("]}")
            return [.ready(json.bytes)]
        case .series(let target, let plans):
            return plans.map { plan in
                defer { names = names.dropFirst(plan.series.count) }
                return .series(target, plan.range, names: Array(names.prefix(plan.series.count)))
            }
        }
    }

    mutating func next() async throws -> [UInt8]? {
        guard position <= pieces.count else { return nil }
        var json = JSONBytes(capacity: 2 * BodyPart.size)
        if !hasBegun { json.raw("[") }
        hasBegun = true
        while position < pieces.count, json.bytes.count < BodyPart.size {
            try await write(pieces[position], &json)
        }
        if position == pieces.count {
            json.raw("]")
            position += 1
        }
        return json.bytes
    }

    private mutating func write(_ piece: Piece, _ json: inout JSONBytes) async throws {
        switch piece {
        case .ready(let bytes):
            // The end of a table continues its object.
            if bytes != GrafanaTable.end { separate(&json) }
            json.append(bytes)
            hasRow = false
            position += 1
        case .series(let target, let plan, let names):
            let parts = try await read(plan)
            for part in parts ?? [] {
                if open != part.series {
                    if open != nil { json.raw("]}") }
                    separate(&json)
                    Self.head(names[part.series], target, &json)
                    hasRow = false
                    open = part.series
                }
                write(part.points, &json)
            }
            guard parts == nil else { return }
            if open != nil { json.raw("]}") }
            endPiece()
        case .rows(let plan, let series):
            let parts = try await read(plan)
            for part in parts ?? [] {
                GrafanaTable.rows(part.points, series[part.series].key, hasRow: &hasRow, to: &json)
            }
            if parts == nil { endPiece() }
        }
    }

    private mutating func read(_ plan: RangePlan) async throws -> [RangePoints.Part]? {
        var reader = points ?? RangePoints(history, plan)
        defer { points = reader }
        return try await reader.next()
    }

    private mutating func endPiece() {
        points = nil
        open = nil
        position += 1
    }

    /// A comma between two objects.
    private mutating func separate(_ json: inout JSONBytes) {
        if hasObject { json.raw(",") }
        hasObject = true
    }

    private mutating func write(_ points: [Point], _ json: inout JSONBytes) {
        // The value comes first here, unlike everywhere else.
        for point in points {
            json.raw(hasRow ? ",[" : "[")
            hasRow = true
            json.number(point.value)
            json.raw(",")
            json.integer(point.time * 1000)
            json.raw("]")
        }
    }

    private static func head(_ name: String, _ target: GrafanaTarget, _ json: inout JSONBytes) {
        json.raw(#"{"target":"#)
        json.string(name)
        if let refId = target.refId {
            json.raw(#","refId":"#)
            json.string(refId)
        }
        json.raw(#","datapoints":["#)
    }
}
