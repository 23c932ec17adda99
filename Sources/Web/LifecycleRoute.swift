internal import HTTPTypes
internal import Hummingbird

/// `POST /-/reload`: loads the configuration again, as SIGHUP does.
enum LifecycleRoute {
    static func endpoint(_ exporter: Exporter) -> Endpoint {
        Endpoint(
            method: .post, path: "/-/reload", summary: "Loads the configuration again (needs --web.enable-lifecycle).",
            contents: [.init(type: "text/plain; charset=utf-8", summary: "The new configuration is in force.")],
            failures: [
                403: "The exporter was started without --web.enable-lifecycle.",
                500: "The configuration is wrong; the old one is still in force.",
            ]
        ) { _, _ in
            guard let reload = exporter.reload else {
                throw Problem(
                    status: .forbidden, detail: "reloading over HTTP is not enabled",
                    accepted: "a start with --web.enable-lifecycle, or SIGHUP")
            }
            do {
                try await reload()
            } catch {
                throw Problem(
                    status: .internalServerError,
                    detail: "the configuration was not loaded, the old one is still in force: \(error)")
            }
            return .bytes(Array("the configuration is loaded\n".utf8), type: "text/plain; charset=utf-8")
        }
    }
}
