extension FuzzTarget {
    /// The target of a request, such as `/api/v1/range?statistic=records`; without a path, the query of a range.
    static let range = FuzzTarget(
        "range", longest: 1024,
        .suspending { bytes in
            guard let target = text(bytes) else { return }
            try await FuzzedServer.shared.value.get(target)
        })

    /// A call of Grafana's in the first line, such as `query`, its body in the rest; without one, the body of a query.
    static let grafana = FuzzTarget(
        "grafana",
        .suspending { bytes in
            let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? 0
            try await FuzzedServer.shared.value.post(
                "/grafana/\(String(decoding: bytes[..<end], as: UTF8.self))", Array(bytes[end...]),
                otherwise: "/grafana/query")
        })
}
