import ArgumentParser
import Foundation
import Logging
import Settings
import UsageModel

/// Options of the commands that collect.
struct CollectionOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions

    @Flag(name: .customLong("demo"), help: "Collect from a built-in simulator instead of Algolia.")
    var isDemo = false

    @Flag(
        name: .customLong("awkward-names"),
        help: "With --demo: indices whose names need care in URLs, labels and JSON.")
    var hasAwkwardNames = false

    @Flag(name: .customLong("without-usage-v2"), help: "With --demo: a vendor that does not serve Usage API v2.")
    var isWithoutUsageV2 = false

    @Option(
        name: .customLong("shard"),
        help: "The share of applications and indices to collect, such as 1/3. Default: all.",
        transform: { text in
            guard let shard = Shard(text), shard.count <= CollectionOptions.mostShards else {
                throw ValidationError(
                    "expected number/count, such as 1/3, of at most \(CollectionOptions.mostShards)")
            }
            return shard
        })
    var shard: Shard?

    fileprivate static let mostShards = 10_000

    func validate() throws {
        guard isDemo || !hasAwkwardNames else { throw ValidationError("--awkward-names needs --demo") }
        guard isDemo || !isWithoutUsageV2 else { throw ValidationError("--without-usage-v2 needs --demo") }
    }

    /// Runs `body` with the settings and, for a demonstration, the simulator they point at.
    func collect(_ body: (Settings, Demo?, Logger) async throws -> Void) async throws {
        try await common.logging.run { logger in
            limitMemoryArenas()
            // Before the simulator, which a wrong configuration does not need.
            _ = try common.settings(requireApplication: !isDemo)
            let demo =
                isDemo
                ? try await Demo(
                    logger: logger, hasAwkwardNames: hasAwkwardNames, servesUsageV2: !isWithoutUsageV2) : nil
            try await body(try settings(demo, logger), demo, logger)
        }
    }

    /// The settings as they are now.
    func settings(_ demo: Demo?, _ logger: Logger) throws -> Settings {
        var settings = try common.settings(requireApplication: demo == nil)
        SecretFiles.warn(
            of: settings, configuration: common.configFile, environment: ProcessInfo.processInfo.environment, logger)
        demo?.redirect(&settings, keepsPath: common.storagePath != nil)
        return settings
    }
}
