/// What one request may ask for.
package struct RemoteReadLimits: Sendable {
    /// Bytes of a request's body, compressed and not.
    package var bodyBytes = 1 << 20
    package var queries = 16
    /// Matchers of one query; each is asked about every series.
    package var matchers = 100
    /// Samples of an answer in the form of samples, which is in memory before it is sent: some 12 bytes each.
    package var samples = 5_000_000
    /// Series of an answer, which are chosen before anything is read.
    package var series = 100_000
    /// Requests that are read at the same time. Others wait.
    package var readers = 4
    /// Answers in the form of samples that may be in memory, until their clients have taken them. Others wait.
    package var answers = 8

    package init() {}
}
