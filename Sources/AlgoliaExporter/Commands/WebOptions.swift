import ArgumentParser
import UsageModel

/// Options of the HTTP interface, named as Prometheus and its exporters name them.
struct WebOptions: ParsableArguments {
    @Option(
        name: .customLong("web.listen-address"), parsing: .singleValue,
        help:
            "Address to listen on: host:port, :port for every address, or unix:/path. Repeatable. (default: 127.0.0.1:9914)",
        transform: ArgumentRule.listenAddress)
    var listenAddresses: [ListenAddress] = []

    @Flag(
        name: .customLong("web.systemd-socket"),
        help: "Listen on the sockets that systemd passes to the process, instead of --web.listen-address.")
    var usesSystemdSockets = false

    @Option(
        name: .customLong("web.config.file"),
        help: "Path to a YAML file with TLS, basic authentication and response header settings.")
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

    @Flag(
        name: .customLong("log.access"),
        help: "Log each HTTP request: client, method, path without query, status and duration.")
    var logsAccess = false

    /// The addresses to listen on: of flags, of the Python exporter's variable, or the default.
    /// - Throws: `CommandError` when systemd was to pass some and did not, or the variable is no port.
    func addresses(_ environment: [String: String]) throws -> [ListenAddress] {
        if usesSystemdSockets { return try SystemdSockets.addresses(environment) }
        guard listenAddresses.isEmpty else { return listenAddresses }
        // Kubernetes sets a variable of this name for a Service that is called `exporter`: tcp://10.0.0.1:80.
        guard let text = environment[Self.portVariable], !text.isEmpty, !text.hasPrefix("tcp://") else {
            return [.tcp(host: "127.0.0.1", port: 9914)]
        }
        guard let port = UInt16(text), port > 0 else {
            throw CommandError("\(Self.portVariable): \(text) is not a port; expected a number from 1 to 65535")
        }
        return [.tcp(host: "", port: Int(port))]
    }

    /// The Python exporter's variable, which serves on every address, as that one does.
    private static let portVariable = "EXPORTER_PORT"

    /// - Throws: `WebPaths.Invalid`.
    func paths() throws(WebPaths.Invalid) -> WebPaths {
        try WebPaths(routePrefix: routePrefix, externalURL: externalURL, telemetryPath: telemetryPath)
    }

    func validate() throws {
        guard !usesSystemdSockets || listenAddresses.isEmpty else {
            throw ValidationError("--web.systemd-socket and --web.listen-address exclude each other; use one of them")
        }
        if let twice = Dictionary(grouping: listenAddresses, by: \.self).first(where: { $1.count > 1 && $0.port != 0 })
        {
            throw ValidationError("--web.listen-address: \(twice.key) is listed twice")
        }
        do {
            _ = try paths()
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
