/// Lets one through at a time. The collector and those who read through it take turns, so that
/// many readers cannot keep the collector from its work, nor a backfill them from theirs.
actor AlternatingLock {
    enum Party: Hashable { case collector, reader }

    private var isTaken = false
    private var last = Party.collector
    private var waiting: [Party: [CheckedContinuation<Void, Never>]] = [:]

    /// Returns when it is the caller's turn, which lasts until ``leave()``.
    func enter(_ party: Party) async {
        if !isTaken {
            isTaken = true
            last = party
            return
        }
        await withCheckedContinuation { waiting[party, default: []].append($0) }
    }

    func leave() {
        let order: [Party] = last == .collector ? [.reader, .collector] : [.collector, .reader]
        guard let party = order.first(where: { waiting[$0]?.isEmpty == false }) else {
            isTaken = false
            return
        }
        last = party
        waiting[party]?.removeFirst().resume()
    }
}
