internal import UsageModel

/// Decodes answers of the Monitoring API, with ``MonitoringReader``'s tolerance.
/// What comes twice counts as its last occurrence.
enum MonitoringDecoder {
    /// `{"metrics":{"cpu_usage":{"c3-use-1":[{"t":1455101280,"v":42}, …]}}}`: series in the
    /// order of the document; a server or cluster without points has none.
    static func metrics(_ bytes: UnsafeRawBufferPointer) throws(UsageDecodingError) -> [SeriesPoints] {
        var metrics: [StatisticName: [SeriesPoints]] = [:]
        var order: [StatisticName] = []
        try document(bytes, "metrics") { reader, metric throws(UsageDecodingError) in
            guard let metric = StatisticName(metric) else { return try reader.skip() }
            var series: [SeriesPoints] = []
            var keys = Set<ServerName>()
            try reader.members { reader, key throws(UsageDecodingError) in
                let points = try reader.points()
                guard let key = ServerName(key) else { return }
                if !keys.insert(key).inserted { series.removeAll { $0.key == key } }
                if !points.isEmpty { series.append(SeriesPoints(statistic: metric, key: key, points: points)) }
            }
            if metrics.updateValue(series, forKey: metric) == nil { order.append(metric) }
        }
        return order.flatMap { metrics[$0] ?? [] }
    }

    /// `{"inventory":[{"name":"c3-use-1","region":"use", …}]}`.
    static func inventory(_ bytes: UnsafeRawBufferPointer) throws(UsageDecodingError) -> [InventoryServer] {
        var servers: [InventoryServer] = []
        try MonitoringReader.read(bytes) { reader throws(UsageDecodingError) in
            try reader.document("inventory") { reader throws(UsageDecodingError) in
                try reader.elements { reader throws(UsageDecodingError) in servers.append(try server(&reader)) }
            }
        }
        return servers
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
        guard !server.name.isEmpty else { throw reader.missing(.notAnAnswer) }
        return server
    }

    /// `{"status":{"c16-de":"operational"}}`.
    static func status(_ bytes: UnsafeRawBufferPointer) throws(UsageDecodingError) -> [ServerName: String] {
        var status: [ServerName: String] = [:]
        try document(bytes, "status") { reader, cluster throws(UsageDecodingError) in
            let state = try reader.text()
            if let cluster = ServerName(cluster) { status[cluster] = state }
        }
        return status
    }

    /// `{"incidents":{"c16-de":[{"t":1688056200000,"v":{"title":"…","status":"…"}}]}}`.
    static func incidents(_ bytes: UnsafeRawBufferPointer) throws(UsageDecodingError) -> [ClusterIncident] {
        var incidents: [ClusterIncident] = []
        try document(bytes, "incidents") { reader, cluster throws(UsageDecodingError) in
            guard let cluster = ServerName(cluster) else { return try reader.skip() }
            incidents.removeAll { $0.cluster == cluster }
            try reader.elements { reader throws(UsageDecodingError) in
                incidents.append(try incident(of: cluster, &reader))
            }
        }
        return incidents
    }

    private static func incident(
        of cluster: ServerName, _ reader: inout MonitoringReader
    ) throws(UsageDecodingError) -> ClusterIncident {
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
        guard let time else { throw reader.missing(.time) }
        return ClusterIncident(cluster: cluster, time: time, title: title, status: status)
    }

    /// `{"c16-de":{"probe-frankfurt":true}}`: whether each probe reaches each cluster.
    static func reachability(
        _ bytes: UnsafeRawBufferPointer
    ) throws(UsageDecodingError) -> [ServerName: [ServerName: Bool]] {
        var clusters: [ServerName: [ServerName: Bool]] = [:]
        try MonitoringReader.read(bytes) { reader throws(UsageDecodingError) in
            let isObject = try reader.members { reader, cluster throws(UsageDecodingError) in
                var probes: [ServerName: Bool] = [:]
                let isCluster = try reader.members { reader, probe throws(UsageDecodingError) in
                    let isReached = try reader.flag()
                    if let probe = ServerName(probe) { probes[probe] = isReached }
                }
                if let cluster = ServerName(cluster) { clusters[cluster] = isCluster ? probes : nil }
            }
            guard isObject else { throw UsageDecodingError(.notAnAnswer, at: 0) }
        }
        return clusters
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
