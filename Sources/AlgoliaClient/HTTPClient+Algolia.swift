public import AsyncHTTPClient
internal import NIOHTTPCompression
internal import Transport

extension HTTPClient.Configuration {
    /// For requests to Algolia, by every application.
    public static var algolia: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration.singleAttempt()
        // Gzip is undone as it arrives: a bomb ends at the size limit.
        configuration.decompression = .enabled(limit: .size(AlgoliaClient.maximumBody))
        // One application whose requests hang must not keep another from its connection.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
        return configuration
    }
}
