import ArgumentParser

/// The command line. It only wires: what happens is in the modules.
@main
struct AlgoliaExporter: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "algolia-exporter",
        abstract: "Keeps Algolia's usage history in SQLite and serves it to Prometheus and others.",
        discussion: """
            With ALGOLIA_APPLICATION_ID and ALGOLIA_USAGE_API_KEY in the environment,
            `algolia-exporter serve` needs nothing else. Without an application,
            `algolia-exporter serve --demo` shows what it does on simulated data.
            """,
        version: version,
        subcommands: [
            Serve.self, Backfill.self, Check.self, Report.self, Export.self, DatabaseCommand.self, Simulate.self,
            Health.self,
        ],
        defaultSubcommand: Serve.self)
}
