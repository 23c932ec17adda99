/// Everything an operator can configure in a file or the environment, checked
/// and with every default filled in.
///
/// ``SettingsLoader`` makes it. Durations are seconds. It may be printed
/// or dumped: ``KeySetting`` never shows a secret.
public struct Settings: Sendable, Hashable {
    /// The applications to collect, in the file's order; their ids differ.
    public var applications: [ApplicationSettings] = []
    public var endpoints = EndpointSettings()
    public var polling = PollingSettings()
    /// How far back hourly history is wanted (`backfill.horizon`), in seconds.
    public var backfillHorizon: Int64 = 90 * 86_400
    public var storage = StorageSettings()
    public var metrics = MetricsSettings()
    public var proxy = ProxySettings()
    public var reports = ReportSettings()
    /// Where the history is sent to; their names differ.
    public var remoteWrite: [RemoteWriteSettings] = []

    /// The defaults, without any application.
    public init() {}
}
