public import AsyncHTTPClient
public import Transport

extension AsyncHTTPTransport {
    /// The client's settings for requests to Algolia.
    public static var configuration: HTTPClient.Configuration {
        configuration(maximumBody: AlgoliaClient.maximumBody)
    }
}
