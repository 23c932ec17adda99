import Foundation
import TestSupport
import Testing

@testable import AlgoliaExporter

@Suite("The version and the commit of the build")
struct BuildTests {
    @Test("--version has the form of Prometheus' programs, the version in its first line")
    func version() async throws {
        let outcome = try await Tool.run("env", [Program.path("algolia-exporter"), "--version"])
        #expect(outcome.status == 0)
        let lines = outcome.output.split(separator: "\n").map(String.init)
        try #require(lines.count == 4, "\(outcome.output)")
        let first = /algolia-exporter, version ([0-9]+\.[0-9]+\.[0-9]+) \(branch: [^ ]+, revision: [^ ]+\)/
        #expect(try first.wholeMatch(in: lines[0])?.1 == Substring(AlgoliaExporter.version))
        for (line, name) in zip(lines.dropFirst(), ["commit date", "swift version", "platform"]) {
            #expect(line.wholeMatch(of: try Regex("  \(name): +[^ ]+")) != nil, "\(line)")
        }
    }

    @Test("Without the file of scripts/revision everything but the version is unknown")
    func unknown() {
        enum Plain: BuildDefaults {}
        #expect(
            [Plain.revision, Plain.branch, Plain.date, Plain.swiftVersion] == Array(repeating: "unknown", count: 4))
    }

    /// A tree with the script and the folder that it writes to.
    private func tree() throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let files = FileManager.default
        for path in ["scripts", "Sources/AlgoliaExporter"] {
            try files.createDirectory(atPath: folder.file(path), withIntermediateDirectories: true)
        }
        for path in ["scripts/revision", ".gitignore"] {
            try files.copyItem(atPath: root.appending(path: path).path(), toPath: folder.file(path))
        }
        return folder
    }

    private func run(_ folder: TemporaryFolder, _ script: String) async throws {
        let git = "git() { command git -c user.name=n -c user.email=e -c commit.gpgsign=false \"$@\"; }"
        let outcome = try await Tool.run("bash", ["-euc", "cd \"$1\"; \(git); \(script)", "bash", folder.path])
        #expect(outcome.status == 0, "\(outcome.output)")
    }

    private func written(_ folder: TemporaryFolder) throws -> String {
        try String(contentsOfFile: folder.file("Sources/AlgoliaExporter/Build+Revision.swift"), encoding: .utf8)
    }

    @Test(
        "The file has the commit, is written only when that changes, and git does not see it",
        .enabled(if: Tool.isInstalled("git") && Tool.isInstalled("bash"), "git is not installed"))
    func commit() async throws {
        let folder = try tree()
        try await run(folder, "git init -q -b 'a\"b$(x)'; git add .; git commit -qm one; scripts/revision")
        let first = try written(folder)
        #expect(first.contains(#"branch: String { "a_b__x_" }"#), "\(first)")
        #expect(first.contains(#/revision: String { "[0-9a-f]{40}" }/#), "\(first)")
        #expect(first.contains(#/date: String { "20[0-9-]{8}T[0-9:]{8}Z" }/#), "\(first)")
        try await run(
            folder,
            """
            [ -z "$(git status --porcelain)" ]
            file=Sources/AlgoliaExporter/Build+Revision.swift
            touch -d '2000-01-01' "$file"; scripts/revision; [ "$(stat -c %Y "$file")" -lt 1000000000 ]
            git commit -q --allow-empty -m two; scripts/revision; [ "$(stat -c %Y "$file")" -gt 1000000000 ]
            """)
        #expect(try written(folder) != first)
        try await run(folder, "echo '# x' >>scripts/revision; scripts/revision")
        #expect(try written(folder).contains(#/revision: String { "[0-9a-f]{40}-modified" }/#))
    }

    @Test("Without git the environment counts, else it is unknown", .enabled(if: Tool.isInstalled("bash"), "no bash"))
    func archive() async throws {
        let folder = try tree()
        try await run(folder, "unset REVISION BRANCH CREATED; scripts/revision")
        for name in ["revision", "branch", "date"] {
            #expect(try written(folder).contains("\(name): String { \"unknown\" }"))
        }
        try await run(folder, "REVISION='abc\"; evil' CREATED=2026-01-01T00:00:00+01:00 scripts/revision")
        #expect(try written(folder).contains(#"revision: String { "abc___evil" }"#))
        #expect(try written(folder).contains(#"date: String { "2026-01-01T00:00:00+01:00" }"#))
        guard Tool.isInstalled("git") else { return }
        // Unpacked within another's repository.
        try await run(
            folder,
            """
            mkdir outer; cd outer; git init -q; git commit -q --allow-empty -m one
            mkdir inner; cp -r ../scripts ../Sources inner/; inner/scripts/revision
            grep -q 'revision: String { "unknown" }' inner/Sources/AlgoliaExporter/Build+Revision.swift
            """)
    }
}
