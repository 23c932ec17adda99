internal import AlgoliaClient
internal import History
internal import Logging
internal import UsageModel

/// Log lines about odd answers of the Usage API and the Search API, each matter once.
struct AnswerLog {
    private let log: Logger
    private var told = ToldOnce()

    init(_ log: Logger) { self.log = log }

    mutating func tell(of list: IndexList) {
        if list.unusable > 0, told.first(.unusableIndices) {
            log.warning("ignoring empty or invalid names in Algolia's list of indices: \(list.unusable)")
        }
        if list.isCut, told.first(.cutList) {
            log.warning("Algolia's list of indices is too long; collecting the first \(list.names.count)")
        }
    }

    /// - Parameter setAside: what was set aside of the track before; what was unreadable then is not told again.
    mutating func tell(of answer: UnstoredAnswer, setAside: [SetAside]) {
        let (answer, metadata) = (answer.answer, answer.request.metadata)
        if answer.outside > 0, told.first(.outside) {
            log.warning(
                "Algolia sent \(answer.outside) points outside the requested range; dropping them",
                metadata: metadata)
        }
        if answer.unnamed > 0, told.first(.unnamed) {
            log.warning(
                """
                Algolia sent \(answer.unnamed) statistics or servers whose names contain a NUL; ignoring them, counted \
                by algolia_exporter_ignored_parts_total
                """, metadata: metadata)
        }
        let new = answer.unreadable.filter { one in !setAside.contains { $0.statistic == one.statistic } }
        guard let first = new.first else { return }
        log.warning(
            """
            Algolia sent unreadable values for \(first.statistic): \(first.text)\
            \(new.count > 1 ? " and \(new.count - 1) other statistics" : ""); skipping their buckets, \
            retrying in 24 h
            """, metadata: metadata)
    }
}

/// Matters that the log mentions once.
struct ToldOnce {
    enum Matter { case unusableIndices, cutList, outside, unnamed, ignored, keyless }

    private var told: Set<Matter> = []

    /// Whether it is the first time.
    mutating func first(_ matter: Matter) -> Bool { told.insert(matter).inserted }
}
