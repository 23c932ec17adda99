internal import AlgoliaClient
internal import History
internal import Logging
internal import UsageModel

/// Log lines about odd answers, each once.
extension ApplicationCollector {
    func tell(of list: IndexList) {
        if list.unusable > 0, told.first(.unusableIndices) {
            log.warning("ignoring empty or invalid names in Algolia's list of indices: \(list.unusable)")
        }
        if list.isCut, told.first(.cutList) {
            log.warning("Algolia's list of indices is too long; collecting the first \(list.names.count)")
        }
    }

    func tell(of answer: UsageAnswer, _ request: PlannedRequest) {
        let metadata: Logger.Metadata = [
            "index": "\(request.scope.index)", "granularity": "\(request.granularity.rawValue)",
            "range": "\(request.range)",
        ]
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
        let new = answer.unreadable.filter { one in
            planner.track(request.scope, request.granularity)?.setAside.contains { $0.statistic == one.statistic }
                != true
        }
        guard let first = new.first else { return }
        log.warning(
            """
            Algolia sent unreadable values for \(first.statistic): \(first.text)\
            \(new.count > 1 ? " and \(new.count - 1) other statistics" : ""); skipping their buckets, \
            retrying in 24 h
            """, metadata: metadata)
    }
}
