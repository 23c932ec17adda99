import ArgumentParser
import UsageModel

/// Options of the HTTP interface, named as Prometheus and its exporters name them.
struct WebOptions: ParsableArguments {
    @Option(
        name: .customLong("web.listen-address"), help: "Address to listen on, as host:port.",
        transform: ListenAddress.init(argument:))
    var listenAddress = ListenAddress(host: "127.0.0.1", port: 9914)

    @Option(
        name: .customLong("web.config.file"), help: "Path to a YAML file with TLS and basic authentication settings.")
    var configFile: String?

    @Flag(
        name: .customLong("web.enable-lifecycle"),
        help: "Enable POST /-/reload, which reloads the configuration as SIGHUP does.")
    var enablesLifecycle = false

    @Option(
        name: .customLong("web.external-url"),
        help:
            "URL under which readers reach the exporter, for links behind a reverse proxy. Its path is the default of --web.route-prefix."
    )
    var externalURL: String?

    @Option(
        name: .customLong("web.route-prefix"),
        help: "Prefix of the paths that are served. Use / behind a proxy that removes the prefix.")
    var routePrefix: String?

    @Option(name: .customLong("web.telemetry-path"), help: "Path of the metrics. (default: /metrics)")
    var telemetryPath: String?

    /// - Throws: `WebPaths.Invalid`.
    func paths() throws(WebPaths.Invalid) -> WebPaths {
        try WebPaths(routePrefix: routePrefix, externalURL: externalURL, telemetryPath: telemetryPath)
    }

    func validate() throws {
        do {
            _ = try paths()
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
