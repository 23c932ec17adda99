internal import AlgoliaClient
internal import HTTPTypes
internal import Transport
internal import UsageModel

/// Access to the usage proxy: granted to a client that has the application's usage key, as with the vendor.
enum UsageAccess {
    static let applicationHeader = "X-Algolia-Application-Id"
    static let keyHeader = "X-Algolia-API-Key"

    /// The application that a request speaks for.
    /// - Throws: ``VendorError`` 401 without headers and for a key that does not match.
    static func application(_ headers: HTTPFields, _ gateway: UsageGateway) async throws(VendorError) -> ApplicationID {
        guard let id = first(applicationHeader, headers), let key = first(keyHeader, headers) else {
            throw VendorError.missingHeaders
        }
        guard let id = ApplicationID(id), let expected = await gateway.usageKey(id), isEqual(key, expected.secret)
        else {
            throw VendorError.wrongKey
        }
        return id
    }

    private static func first(_ name: String, _ headers: HTTPFields) -> String? {
        guard let name = HTTPField.Name(name), let value = headers[values: name].first, !value.isEmpty else {
            return nil
        }
        return value
    }

    /// Whether two texts are the same bytes. The time it takes depends on what was
    /// sent alone, so that a key cannot be found byte by byte.
    static func isEqual(_ sent: String, _ expected: String) -> Bool {
        let expected = Array(expected.utf8)
        guard !expected.isEmpty else { return false }
        var sentCount = 0
        var difference: UInt8 = 0
        for byte in sent.utf8 {
            difference |= byte ^ expected[sentCount % expected.count]
            sentCount += 1
        }
        return difference == 0 && sentCount == expected.count
    }
}
