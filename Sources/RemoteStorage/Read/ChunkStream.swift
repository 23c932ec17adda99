internal import History

/// An answer in the form of chunks, part by part, as it is read.
///
/// However many series and however long, it takes the memory of a batch of points and their frames.
package struct ChunkStream: Sendable {
    private let history: History
    private let readers: AsyncSemaphore
    /// The series of each query.
    private let queries: [SelectedSeries]
    private var query = 0
    private var position = PointBatch.Position.start
    private var frames = FrameWriter()
    /// The slice being written.
    private var open: Int?

    init(_ queries: [SelectedSeries], history: History, readers: AsyncSemaphore) {
        self.queries = queries
        self.history = history
        self.readers = readers
    }

    /// The next frames; nil after the last.
    package mutating func next() async throws -> [UInt8]? {
        while query < queries.count {
            try await readBatch()
            let bytes = frames.take()
            if !bytes.isEmpty { return bytes }
        }
        return nil
    }

    /// Reads and writes frames only with a permit, so that a slow receiver blocks no other.
    private mutating func readBatch() async throws {
        let permit = try await readers.acquire()
        defer { withExtendedLifetime(permit) {} }
        let series = queries[query]
        let batch = try await history.points(of: series.slices, from: position)
        for run in batch.runs {
            if open != run.slice {
                if open != nil { frames.end() }
                frames.begin(series[run.slice])
                open = run.slice
            }
            frames.append(batch.points[run.points], of: series[run.slice])
        }
        if let rest = batch.rest {
            position = rest
            return
        }
        if open != nil { frames.end() }
        open = nil
        query += 1
        frames.query = query
        position = .start
    }
}
