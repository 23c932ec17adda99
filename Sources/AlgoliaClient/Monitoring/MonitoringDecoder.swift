internal import UsageModel

/// Decodes answers of the Monitoring API, with ``MonitoringReader``'s tolerance.
///
/// A key that comes twice counts as its last occurrence. A part that makes no sense is left out and counted, and the
/// rest is kept; an answer of which no part makes sense, though it has some, is none.
enum MonitoringDecoder {
    /// Parts of an answer: what was made sense of, and what was not.
    private struct Parts {
        var good = 0
        var bad = 0

        mutating func count(_ isGood: Bool) { if isGood { good += 1 } else { bad += 1 } }

        /// `answer`, made of these parts.
        /// - Throws: when there are parts, and none is good.
        func check<Answer>(_ answer: Answer) throws(UsageDecodingError) -> ReadableParts<Answer> {
            guard good > 0 || bad == 0 else { throw UsageDecodingError(.notAnAnswer, at: 0) }
            return ReadableParts(answer: answer, ignored: bad)
        }
    }

    /// `{"metrics":{"cpu_usage":{"c3-use-1":[{"t":1455101280,"v":42}, …]}}}`: series in the
    /// order of the document; a server or cluster without points has none.
    static func metrics(_ bytes: UnsafeRawBufferPointer) throws(UsageDecodingError) -> ReadableParts<[SeriesPoints]> {
        var metrics = OrderedParts<OrderedParts<SeriesPoints?>>()
        var parts = Parts()
        try document(bytes, "metrics") { reader, metric throws(UsageDecodingError) in
            guard let metric = StatisticName(metric) else {
                parts.count(false)
                return try reader.skip()
            }
            var series = OrderedParts<SeriesPoints?>()
            var isEmpty = true
            let isMetric = try reader.members { reader, key throws(UsageDecodingError) in
                isEmpty = false
                guard let points = try reader.points() else { return parts.count(false) }
                guard let key = ServerName(key) else { return parts.count(false) }
                parts.count(points.hasSense)
                if points.hasSense { parts.bad += points.unreadable }
                let one = SeriesPoints(statistic: metric, key: key, points: points.points)
                series.set(one.points.isEmpty ? nil : one, for: key.text)
            }
            // An object without servers is an answer, too.
            if isEmpty { parts.count(isMetric) }
            metrics.set(series, for: metric.text)
        }
        return try parts.check(metrics.values.flatMap { $0.values.compactMap(\.self) })
    }

    /// `{"inventory":[{"name":"c3-use-1","region":"use", …}]}`.
    static func inventory(_ bytes: UnsafeRawBufferPointer) throws(UsageDecodingError) -> ReadableParts<
        [InventoryServer]
    > {
        var servers: [InventoryServer] = []
        var parts = Parts()
        try MonitoringReader.read(bytes) { reader throws(UsageDecodingError) in
            try reader.document("inventory") { reader throws(UsageDecodingError) in
                try reader.elements { reader throws(UsageDecodingError) in
                    let server = try server(&reader)
                    parts.count(!server.name.isEmpty)
                    if !server.name.isEmpty { servers.append(server) }
                }
            }
        }
        return try parts.check(servers)
    }

    private static func server(_ reader: inout MonitoringReader) throws(UsageDecodingError) -> InventoryServer {
        var server = InventoryServer(name: "")
        try reader.members { reader, attribute throws(UsageDecodingError) in
            switch attribute {
            case "name": server.name = try reader.name() ?? ""
            case "region": server.region = try reader.name() ?? ""
            case "cluster": server.cluster = try reader.name() ?? ""
            case "is_replica": server.isReplica = try reader.flag()
            case "is_slave": server.isSlave = try reader.flag()
            case "status": server.status = try reader.text() ?? ""
            case "type": server.type = try reader.text() ?? ""
            default: try reader.skip()
            }
        }
        return server
    }

    /// `{"status":{"c16-de":"operational"}}`.
    static func status(_ bytes: UnsafeRawBufferPointer) throws(UsageDecodingError) -> ReadableParts<
        [ServerName: String]
    > {
        var status: [ServerName: String] = [:]
        var parts = Parts()
        try document(bytes, "status") { reader, cluster throws(UsageDecodingError) in
            let (text, isNothing) = try reader.textOrNothing()
            guard let cluster = ServerName(cluster) else { return parts.count(false) }
            status[cluster] = text
            if !isNothing { parts.count(text != nil) }
        }
        return try parts.check(status)
    }

    /// `{"incidents":{"c16-de":[{"t":1688056200000,"v":{"title":"…","status":"…"}}]}}`.
    static func incidents(_ bytes: UnsafeRawBufferPointer) throws(UsageDecodingError) -> ReadableParts<
        [ClusterIncident]
    > {
        var incidents = OrderedParts<[ClusterIncident]>()
        var parts = Parts()
        try document(bytes, "incidents") { reader, cluster throws(UsageDecodingError) in
            guard let name = ServerName(cluster) else {
                parts.count(false)
                return try reader.skip()
            }
            var found: [ClusterIncident] = []
            let isList = try reader.elements { reader throws(UsageDecodingError) in
                let incident = try incident(of: name, &reader)
                parts.count(incident != nil)
                if let incident { found.append(incident) }
            }
            if !isList { parts.count(false) }
            incidents.set(found, for: cluster)
        }
        return try parts.check(incidents.values.flatMap(\.self))
    }

    private static func incident(
        of cluster: ServerName, _ reader: inout MonitoringReader
    ) throws(UsageDecodingError) -> ClusterIncident? {
        var time: UnixTime?
        var title = ""
        var status = ""
        try reader.members { reader, attribute throws(UsageDecodingError) in
            switch attribute {
            case "t": time = try reader.time()
            case "v":
                try reader.members { reader, attribute throws(UsageDecodingError) in
                    switch attribute {
                    case "title": title = try reader.text() ?? ""
                    case "status": status = try reader.text() ?? ""
                    default: try reader.skip()
                    }
                }
            default: try reader.skip()
            }
        }
        return time.map { ClusterIncident(cluster: cluster, time: $0, title: title, status: status) }
    }

    /// `{"c16-de":{"probe-frankfurt":true}}`: whether each probe reaches each cluster.
    static func reachability(
        _ bytes: UnsafeRawBufferPointer
    ) throws(UsageDecodingError) -> ReadableParts<[ServerName: [ServerName: Bool]]> {
        var clusters: [ServerName: [ServerName: Bool]] = [:]
        var parts = Parts()
        try MonitoringReader.read(bytes) { reader throws(UsageDecodingError) in
            let isObject = try reader.members { reader, cluster throws(UsageDecodingError) in
                var probes: [ServerName: Bool] = [:]
                var others = 0
                let isCluster = try reader.members { reader, probe throws(UsageDecodingError) in
                    let isReached = try reader.flag()
                    let name = ServerName(probe)
                    if let name { probes[name] = isReached }
                    if isReached == nil || name == nil { others += 1 }
                }
                // An object of anything but Booleans is no cluster, such as an error's.
                guard let cluster = ServerName(cluster) else { return parts.count(false) }
                let isGood = isCluster && !(probes.isEmpty && others > 0)
                parts.count(isGood)
                if isGood { parts.bad += others }
                clusters[cluster] = isGood ? probes : nil
            }
            guard isObject else { throw UsageDecodingError(.notAnAnswer, at: 0) }
        }
        return try parts.check(clusters)
    }

    /// Reads `{"name":{member: …, …}}`.
    private static func document(
        _ bytes: UnsafeRawBufferPointer, _ name: String,
        _ member: (inout MonitoringReader, String) throws(UsageDecodingError) -> Void
    ) throws(UsageDecodingError) {
        try MonitoringReader.read(bytes) { reader throws(UsageDecodingError) in
            try reader.document(name) { reader throws(UsageDecodingError) in try reader.members(member) }
        }
    }
}

/// Values by name in the order in which the names came first; the last value of a name counts.
private struct OrderedParts<Value> {
    private(set) var values: [Value] = []
    private var positions: [[UInt8]: Int] = [:]

    mutating func set(_ value: Value, for name: String) {
        let bytes = Array(name.utf8)
        if let position = positions[bytes] {
            values[position] = value
        } else {
            positions[bytes] = values.count
            values.append(value)
        }
    }
}
