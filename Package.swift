// swift-tools-version:6.2
import PackageDescription

/// Coverage for the fuzzer. `-sanitize=fuzzer` implies it, but not where another `-sanitize` follows, as SwiftPM has it.
let coverage: [SwiftSetting] =
    Context.environment["FUZZ"] == nil
    ? [] : [.unsafeFlags(["-sanitize-coverage=edge,indirect-calls,trace-cmp,inline-8bit-counters,pc-table"])]

let testSettings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + (Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]) + coverage

/// Optimised in debug builds as well: tests run years of virtual time through this code, and took twice as long in
/// generic code that was not specialised.
let settings: [SwiftSetting] = testSettings + [.unsafeFlags(["-O"], .when(configuration: .debug))]

func library(_ name: String, _ dependencies: [Target.Dependency], excluding files: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: files, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: testSettings)
}

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHPACK = Target.Dependency.product(name: "NIOHPACK", package: "swift-nio-http2")
let nioHTTPTypesHTTP2 = Target.Dependency.product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras")
let nioExtras = Target.Dependency.product(name: "NIOExtras", package: "swift-nio-extras")
let nioSOCKS = Target.Dependency.product(name: "NIOSOCKS", package: "swift-nio-extras")
let nioCompression = Target.Dependency.product(name: "NIOHTTPCompression", package: "swift-nio-extras")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// The targets of the fuzzer. `FUZZ=1` makes a program for libFuzzer of them, everything else a test of their corpus.
let fuzzing: Target = {
    let dependencies: [Target.Dependency] = [
        "UsageModel", "AlgoliaClient", "History", "PrometheusModel", "Exposition", "RemoteStorage", "Web", "Settings",
        "LinearRegex", "Snappy", "Transport", "TestSupport", coreMetrics, hummingbird, httpTypes, logging, nioCore,
        nioHTTP1, protobuf,
    ]
    guard Context.environment["FUZZ"] == nil else {
        return .executableTarget(
            name: "fuzz", dependencies: dependencies, path: "Tests/Fuzz", exclude: ["Corpus", "Replay", "run"],
            sources: ["Targets", "Driver"], swiftSettings: testSettings)
    }
    return .testTarget(
        name: "FuzzTests", dependencies: dependencies, path: "Tests/Fuzz", exclude: ["Corpus", "Driver", "run"],
        sources: ["Targets", "Replay"], swiftSettings: testSettings)
}()

let package = Package(
    name: "algolia-exporter",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "algolia-exporter", targets: ["AlgoliaExporter"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0", traits: []),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // Leaves.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CSnappy", providers: [.apt(["libsnappy-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CProcess"),
        .systemLibrary(name: "CCrypt", providers: [.apt(["libcrypt-dev"])]),
        library("Gzip", ["CZlib"]),
        library("Snappy", ["CSnappy"]),
        library("Transport", [httpClient, logging, nioCore, nioPosix, nioSOCKS, nioSSL, nioHTTP1]),
        library("LinearRegex", []),
        library("UsageModel", []),
        library("Forecast", ["UsageModel"]),
        .target(
            name: "Migrations", path: "migrations",
            resources: [
                .embedInCode("0001_history.sql"), .embedInCode("0002_monitoring.sql"),
                .embedInCode("0003_remote_write.sql"), .embedInCode("0004_set_aside.sql"),
                .embedInCode("0005_clock.sql"),
                .embedInCode("0006_failing_answers.sql"),
                .embedInCode("0007_index_inventory.sql"),
                .embedInCode("0008_usage_v2.sql"),
                .embedInCode("0009_series_of_statistic.sql"),
            ],
            swiftSettings: settings),

        // Algolia APIs → AlgoliaClient → Collector → History → Web.
        library(
            "AlgoliaClient",
            ["UsageModel", "Transport", httpClient, coreMetrics, nioCore, nioCompression]),
        library("History", ["UsageModel", "Migrations", grdb, sqlite, logging]),
        library("Collector", ["UsageModel", "Transport", "AlgoliaClient", "History", logging, lifecycle, coreMetrics]),
        library("PrometheusModel", ["UsageModel"]),
        library("Exposition", ["UsageModel", "PrometheusModel", "History", "LinearRegex", coreMetrics]),
        library(
            "RemoteStorage",
            [
                "UsageModel", "PrometheusModel", "Transport", "History", "LinearRegex", "Snappy", coreMetrics, protobuf,
                lifecycle, logging, nioCore, nioHTTP1, nioSSL,
            ],
            excluding: ["Protocol/remote.proto", "Protocol/write_v2.proto"]),
        .target(
            name: "Presentation", dependencies: ["UsageModel", mustache],
            resources: [.embedInCode("Style/style.css"), .embedInCode("Style/pages.js")], swiftSettings: settings),
        library("Capacity", ["UsageModel", "History", "Forecast"]),
        .target(
            name: "Reports", dependencies: ["UsageModel", "Forecast", "Capacity", "Presentation", mustache],
            resources: [
                .embedInCode("HTML/Templates/report.html.mustache"),
                .embedInCode("HTML/Templates/sections.html.mustache"),
            ],
            swiftSettings: settings),
        .target(
            name: "Web",
            dependencies: [
                "UsageModel", "AlgoliaClient", "History", "Collector", "PrometheusModel", "Exposition", "RemoteStorage",
                "Forecast", "Capacity", "Presentation", "Reports", "Gzip", "LinearRegex", "Transport", "CCrypt",
                hummingbird,
                hummingbirdCore, nioSSL, nioTLS, httpTypes, lifecycle, logging, coreMetrics, mustache,
                nioCore, nioPosix, nioHTTP1, nioHTTP2, nioHTTPTypes, nioHTTPTypesHTTP2, nioExtras,
            ],
            resources: [
                "layout", "overview", "indices", "index", "index-table", "explore", "capacity", "collector", "setup",
                "not-found",
                "progress",
            ].map {
                .embedInCode("Pages/Templates/\($0).html.mustache")
            },
            swiftSettings: settings),
        library("Output", ["UsageModel", "Transport", logging, coreMetrics]),
        library(
            "Settings", ["UsageModel", "LinearRegex", "Transport", coreMetrics, lifecycle, logging, yams]),
        library("Simulator", ["UsageModel", "Transport", "Gzip", hummingbird, httpTypes, lifecycle, logging, nioCore]),

        // The command line and its benchmark.
        .executableTarget(
            name: "AlgoliaExporter",
            dependencies: [
                "UsageModel", "AlgoliaClient", "History", "Collector", "Exposition", "RemoteStorage", "Capacity",
                "Reports", "Web", "Settings", "Output", "Simulator", "Transport", "CMalloc", "CProcess", argumentParser,
                lifecycle, logging, coreMetrics, httpClient,
                nioCore, nioPosix, nioSSL,
            ],
            swiftSettings: settings),

        .executableTarget(
            name: "benchmark",
            dependencies: [
                "UsageModel", "AlgoliaClient", "History", "Exposition", "RemoteStorage", "Forecast", "Web", "Simulator",
                "Transport", "Snappy", "TestSupport", httpClient,
                logging, nioCore, nioHTTP1, protobuf, coreMetrics, hummingbird, httpTypes,
            ],
            path: "Benchmarks", exclude: ["growth", "peers"], swiftSettings: settings),

        // Tests. The crash victim is a collector on simulated data, made to be killed.
        .target(
            name: "TestSupport",
            dependencies: [
                "UsageModel", "AlgoliaClient", "History", "Collector", "Simulator", "Transport", "Forecast", "Capacity",
                coreMetrics, logging, nioCore, nioPosix, sqlite, subprocess,
            ],
            path: "Tests/Support", swiftSettings: settings),
        .executableTarget(
            name: "CrashVictim", dependencies: ["UsageModel", "History", "Collector", "Simulator", "TestSupport"],
            path: "Tests/CrashVictim", swiftSettings: settings),
        tests("LinearRegexTests", ["LinearRegex", "TestSupport"]),
        tests("UsageModelTests", ["UsageModel"], resources: [.copy("Fixtures")]),
        tests(
            "AlgoliaClientTests",
            [
                "AlgoliaClient", "UsageModel", "Transport", "Simulator", "TestSupport", httpClient, coreMetrics,
                nioCore,
            ]),
        tests("TransportTests", ["Transport", "TestSupport", httpClient, nioCore, nioPosix, nioSSL]),
        tests("HistoryTests", ["History", "UsageModel", "Migrations", "Collector", "TestSupport", grdb]),
        tests(
            "CollectorTests",
            [
                "Collector", "History", "UsageModel", "Simulator", "AlgoliaClient", "Transport", "TestSupport",
                "CrashVictim", coreMetrics, grdb, nioCore,
            ]),
        tests(
            "LifeTests",
            [
                "AlgoliaClient", "Collector", "History", "PrometheusModel", "RemoteStorage", "Simulator", "Snappy",
                "Transport", "UsageModel", "TestSupport", coreMetrics, grdb, logging, nioCore, protobuf,
            ]),
        tests("SnappyTests", ["Snappy"]),
        tests("PrometheusModelTests", ["PrometheusModel", "UsageModel", "TestSupport"]),
        tests(
            "ExpositionTests", ["Exposition", "History", "UsageModel", "TestSupport", coreMetrics]),
        tests(
            "RemoteStorageTests",
            [
                "RemoteStorage", "Exposition", "PrometheusModel", "Transport", "History", "Collector", "LinearRegex",
                "UsageModel", "Snappy", "TestSupport", coreMetrics, protobuf, hummingbird, hummingbirdCore,
                hummingbirdTLS, httpTypes, lifecycle,
                logging, nioCore, nioHTTP1, nioSSL,
            ]),
        tests(
            "WebTests",
            [
                "Web", "Presentation", "Capacity", "Reports", "PrometheusModel", "Exposition", "RemoteStorage",
                "History", "Collector", "UsageModel", "Simulator", "AlgoliaClient", "LinearRegex", "Transport",
                "Output", "Settings", "Forecast", "TestSupport", "Snappy", coreMetrics, httpClient, logging, nioCore,
                nioHTTP1, nioHTTP2, nioHPACK, nioTLS, lifecycle,
                nioPosix, nioSSL, protobuf,
            ]),
        tests("ForecastTests", ["Forecast", "UsageModel", "Simulator", "TestSupport"]),
        tests("CapacityTests", ["Capacity", "Forecast", "History", "UsageModel", "TestSupport"]),
        tests("PresentationTests", ["Presentation", "UsageModel", "TestSupport", mustache]),
        tests("ReportsTests", ["Reports", "Capacity", "Forecast", "Presentation", "UsageModel", "TestSupport"]),
        tests("OutputTests", ["Output", "TestSupport", coreMetrics, logging]),
        tests("SettingsTests", ["Settings", "TestSupport", "Transport", "UsageModel"]),
        tests(
            "AlgoliaExporterTests",
            [
                "AlgoliaExporter", "AlgoliaClient", "Collector", "TestSupport", "History", "UsageModel", argumentParser,
                grdb,
            ]),
        tests("SimulatorTests", ["Simulator", "UsageModel", "TestSupport", httpClient, nioCore, nioHTTP1, nioPosix]),
        fuzzing,
    ],
    swiftLanguageModes: [.v6]
)
