extension Task where Failure == any Error {
    /// The value for one of several who wait for the same work.
    ///
    /// Who is cancelled stops waiting at once, and the work goes on for the others: neither a long computation nor a
    /// stuck query keeps a request or the whole process from ending.
    /// - Throws: `CancellationError`, or what the work threw.
    var sharedValue: Success {
        get async throws {
            let (end, ending) = AsyncStream.makeStream(of: Never.self)
            let watch = Task<Void, Never> {
                _ = await result
                ending.finish()
            }
            // Ends with the work, or when this task is cancelled.
            for await _ in end {}
            _ = watch
            try Task<Never, Never>.checkCancellation()
            return try await value
        }
    }
}
