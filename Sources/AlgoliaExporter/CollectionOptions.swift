import ArgumentParser
import Logging
import Settings

/// Options of the commands that collect.
struct CollectionOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions

    @Flag(name: .customLong("demo"), help: "Collect from a built-in simulator instead of Algolia.")
    var isDemo = false

    /// Runs `body` with the settings and, for a demonstration, the simulator they point at.
    func collect(_ body: (Settings, Demo?, Logger) async throws -> Void) async throws {
        let logger = common.logging.start()
        try await Failures.reported(logger) {
            limitMemoryArenas()
            var settings = try common.settings(requireApplication: !isDemo)
            let demo = isDemo ? try await Demo(logger: logger) : nil
            if let demo { demo.redirect(&settings, keepsPath: common.storagePath != nil) }
            try await body(settings, demo, logger)
        }
    }
}
