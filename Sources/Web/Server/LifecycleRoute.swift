internal import HTTPTypes
internal import Hummingbird
internal import UsageModel

/// `POST /-/reload`: loads the configuration again, as SIGHUP does.
enum LifecycleRoute {
    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Endpoint(
            method: .post, path: "/-/reload", summary: "Reloads the configuration (requires --web.enable-lifecycle).",
            contents: [.init(type: "text/plain; charset=utf-8", summary: "The new configuration is active.")],
            failures: [
                403: "The exporter was started without --web.enable-lifecycle, or the request comes from another site.",
                500: "The configuration is invalid; the previous one is still active.",
            ], isUrgent: true
        ) { request, _ in
            try refuseOtherOrigins(request, exporter.paths)
            guard let reload = exporter.reload else {
                throw Problem(
                    status: .forbidden, detail: "reloading over HTTP is not enabled",
                    accepted: "start with --web.enable-lifecycle, or send SIGHUP")
            }
            do {
                try await reload()
            } catch {
                throw Problem(
                    status: .internalServerError,
                    detail: "configuration not loaded, the previous one is still active: \(error)")
            }
            return .bytes(Array("configuration loaded\n".utf8), type: "text/plain; charset=utf-8")
        }
    }

    /// A browser sends requests that any page makes, and says which page it was. Other clients say nothing.
    private static func refuseOtherOrigins(_ request: Request, _ paths: WebPaths) throws {
        let origin = request.headers[.origin]
        let isOwn =
            origin.map { isSame($0, request.head.authority) || $0.lowercased() == paths.externalOrigin } ?? true
        let site = request.headers[.secFetchSite] ?? "same-origin"
        guard isOwn, site == "same-origin" || site == "none" else {
            throw Problem(
                status: .forbidden, detail: "a page from \(origin ?? "elsewhere") may not reload the configuration",
                parameter: "Origin", accepted: "no Origin header, or this server's own")
        }
    }

    /// Whether an origin is `http` or `https` at this authority.
    private static func isSame(_ origin: String, _ authority: String?) -> Bool {
        guard let authority else { return false }
        return ["http://", "https://"].contains { ($0 + authority).lowercased() == origin.lowercased() }
    }
}

extension HTTPField.Name {
    fileprivate static let secFetchSite = Self("Sec-Fetch-Site")!
}
