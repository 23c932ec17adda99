internal import UsageModel

/// `/1/usage/{statistics}[/{index}]`, taken apart.
///
/// The raw path is split before it is decoded, so that `%2F` stays within an index name. The
/// router cannot do that: it also drops empty segments, which are errors here.
struct UsagePath: Hashable {
    /// As asked: names, groups, `*`.
    var statistics: [StatisticName]
    /// `""` at application level.
    var index: IndexName

    /// Nil for any other path, and for one that is not percent-encoded properly or has NUL.
    init?(_ path: String) {
        var segments: [String] = []
        // By bytes: a character may be a slash with an accent.
        for raw in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst() {
            guard let segment = PercentEncoding.decoded(Substring(raw)) else { return nil }
            segments.append(segment)
        }
        guard segments.count >= 3, segments[0] == "1", segments[1] == "usage" else { return nil }
        switch segments.count {
        case 3: index = ""
        case 4 where !segments[3].isEmpty:
            guard let name = IndexName(segments[3]) else { return nil }
            index = name
        default: return nil
        }
        let parts = segments[2].unicodeScalars.split(separator: ",", omittingEmptySubsequences: false)
        statistics = parts.compactMap { StatisticName(String($0)) }
        guard statistics.count == parts.count else { return nil }
    }
}
