import Web

/// The build of this program.
///
/// `scripts/swift` writes `Build+Revision.swift` beside this file, which git ignores: it has what is known only when the
/// program is built. Its members win over those of ``BuildDefaults``, so that a build without it works as well.
enum Build: BuildDefaults {
    static let information = BuildInformation(
        version: AlgoliaExporter.version, revision: revision, branch: branch, date: date, swiftVersion: swiftVersion)

    /// What `--version` prints, in the form of Prometheus' own programs.
    static let text = """
        algolia-exporter, version \(AlgoliaExporter.version) (branch: \(branch), revision: \(revision))
          commit date:      \(date)
          swift version:    \(swiftVersion)
          platform:         \(platform)
        """

    private static var platform: String {
        #if os(Linux)
            let system = "linux"
        #else
            let system = "darwin"
        #endif
        #if arch(x86_64)
            return "\(system)/amd64"
        #elseif arch(arm64)
            return "\(system)/arm64"
        #else
            return system
        #endif
    }
}

/// What is said of a build that nothing is known about.
protocol BuildDefaults {}

extension BuildDefaults {
    static var revision: String { "unknown" }
    static var branch: String { "unknown" }
    static var date: String { "unknown" }
    static var swiftVersion: String { "unknown" }
}
