internal import Transport

/// The way to other machines as the environment describes it: proxies, and whom to trust.
struct EnvironmentNetwork {
    static let certificateAuthorityVariable = "ALGOLIA_CA_FILE"

    private(set) var proxies = ProxyRules()
    /// Nil when the variable is not set.
    private(set) var certificateAuthorityFile: String?

    private let reader: EnvironmentReader

    init(_ environment: [String: String], problems: Problems) {
        reader = EnvironmentReader(environment: environment, problems: problems)
        // As curl has it; Go knows no variable for all schemes.
        let all = proxy(reader.first(of: "ALL_PROXY", "all_proxy"))
        let http = reader.first(of: "HTTP_PROXY", "http_proxy")
        let https = reader.first(of: "HTTPS_PROXY", "https_proxy")
        proxies.http = http == nil ? all : proxy(http)
        proxies.https = https == nil ? all : proxy(https)
        if let http, http.name == "HTTP_PROXY", reader.first(of: "REQUEST_METHOD") != nil {
            // https://httpoxy.org: a CGI program gets the header `Proxy` of a request in this variable.
            problems.add(
                variable: http.name, "it is not used where REQUEST_METHOD is set, as it is for CGI programs",
                expected: "http_proxy, which no request can set")
        }
        if let exceptions = reader.first(of: "NO_PROXY", "no_proxy") {
            proxies.exceptions = NoProxyList(exceptions.text)
        }
        certificateAuthorityFile = reader.first(of: Self.certificateAuthorityVariable).flatMap {
            reader.value($0, .certificateAuthorityFile)
        }
    }

    private func proxy(_ variable: EnvironmentVariable?) -> ProxyServer? {
        variable.flatMap { reader.value($0, .proxy) }
    }
}
