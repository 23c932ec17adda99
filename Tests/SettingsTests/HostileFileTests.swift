import Foundation
import Settings
import Testing
import UsageModel

@Suite("Files that are made to do harm")
struct HostileFileTests {
    private func chain(_ count: Int, _ link: (Int) -> String) -> String {
        "a0: &a0 [x, x]\n" + (1..<count).map { "a\($0): &a\($0) \(link($0 - 1))\n" }.joined()
    }

    @Test("Nesting of any depth is one error with its place", arguments: ["[", "a: [", "{a: ", "- ", "? ", "[{a: "])
    func nesting(piece: String) {
        for count in [33, 999, 100_000] {
            let found = complaints(String(repeating: piece, count: count))
            #expect(found.count == 1 && found[0].hasPrefix("exporter.yml"), "\(count): \(found.first ?? "")")
        }
        let closed = String(repeating: "[", count: 900) + String(repeating: "]", count: 900)
        #expect(
            complaints("x: \(closed)") == [
                "exporter.yml:1:35: lists and mappings are nested too deeply; expected at most 32 levels"
            ])
    }

    // Fault (Configuration): A YAML bomb
    // Done: aliases of aliases
    // Seen: one error with its place, at once
    // Lost: nothing
    @Test("Aliases that stand for billions of values, or for a tree deeper than any stack, are refused at once")
    func aliases() {
        let bomb = chain(30) { "[*a\($0), *a\($0), *a\($0), *a\($0), *a\($0), *a\($0)]" }
        let deep = String(repeating: "[", count: 900), closed = String(repeating: "]", count: 900)
        for yaml in [
            bomb, chain(31) { "\(deep)*a\($0)\(closed)" }, chain(5000) { "[*a\($0)]" }, bomb + "? *a29\n: 1\n",
            bomb + "{ *a29 : 1 }", bomb + "[*a29]: 1\n",
        ] {
            let found = complaints(yaml)
            #expect(found.count == 1 && found[0].hasPrefix("exporter.yml"), "\(found.first ?? "")")
        }
    }

    @Test("Aliases of what several applications have in common are accepted")
    func commonPart() {
        let applications = (0..<100).map {
            "  - { id: A\($0), usage_api_key: \(secret), indices: \($0 == 0 ? "&common { exclude: [\"tmp_*\"] }" : "*common") }"
        }
        #expect(complaints("applications:\n\(applications.joined(separator: "\n"))") == [])
    }

    // Fault (Configuration): A configuration that is too large
    // Done: more than 1 MiB, and 5,000 unknown keys
    // Seen: refused by its size; at most 100 problems are listed
    // Lost: nothing
    @Test("A large file is refused by its size, and only so many problems are listed")
    func size() {
        #expect(
            complaints("a: \(String(repeating: "x", count: 1 << 20))").first?.contains("more than 1048576 bytes")
                == true)
        let found = complaints((0..<5000).map { "k\($0): 1" }.joined(separator: "\n"))
        #expect(found.count == 101)
        #expect(found.last?.contains("more problems") == true)
    }

    @Test(
        "A number that no computation could bear is refused with its place",
        arguments: [
            ("polling: { requests_per_minute: 9223372036854775807 }", "is too large; expected at most 1000000"),
            ("polling: { requests_per_minute: 9223372036854775808 }", "is not a whole number"),
            ("metrics: { max_series: 9223372036854775807 }", "is too large; expected at most 10000000"),
            ("polling: { interval: 9223372036854775807s }", "is not a duration"),
            ("polling: { interval: 999999999999w }", "is too long"),
            ("metrics: { staleness: { hourly: 106751991167300d } }", "is "),
        ])
    func numbers(yaml: String, message: String) {
        let found = complaints(withApplication(yaml))
        #expect(found.count == 1 && found[0].hasPrefix("exporter.yml:4:") && found[0].contains(message), "\(found)")
        let contract = complaints(
            "applications: [{ id: A, usage_api_key: \(secret), contract: { records: 1.7e308 } }]")
        #expect(contract.count == 1 && contract[0].contains("is too large"))
    }

    @Test("A FIFO is read to its end, and a directory is refused")
    func pipes() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "algolia-exporter-\(UUID().uuidString)")
            .path()
        try #require(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        // A thread, for opening waits for a reader: a task would hold one of the few threads that all tests share.
        let text = withApplication("polling: { interval: 7m }")
        Thread.detachNewThread {
            let writer = open(path, O_WRONLY | O_CLOEXEC)
            _ = text.withCString { write(writer, $0, strlen($0)) }
            close(writer)
        }
        // Lets the thread go on when nobody else has read.
        defer { close(open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) }
        #expect(try SettingsLoader.load(file: path, environment: [:]).collection.interval == 420)
        let folder = FileManager.default.temporaryDirectory.path()
        #expect(throws: SettingsError.self) { try SettingsLoader.load(file: folder, environment: [:]) }
    }

    @Test(
        "A hash that would take too long, or that no password can match, is refused",
        arguments: [
            ("$2y$20$jGUuHv5EPXUSk3i3Q2zDIubfTPgK4g34kCCkM2X0WLj9.ZN2fo15q", "has cost 20; expected 4 to 14"),
            ("$2y$03$jGUuHv5EPXUSk3i3Q2zDIubfTPgK4g34kCCkM2X0WLj9.ZN2fo15q", "has cost 3"),
            ("$2y$10$jGUuHv5EPXUSk3i3Q2zDIubfTPgK4g34kCCkM2X0WLj9.ZN2fo15r", "is not a bcrypt hash"),
            ("$2y$10$jGUuHv5EPXUSk3i3Q2zDIvbfTPgK4g34kCCkM2X0WLj9.ZN2fo15q", "is not a bcrypt hash"),
        ])
    func hashes(hash: String, message: String) {
        let error = #expect(throws: SettingsError.self) {
            try WebSettingsLoader.parse("basic_auth_users: { alice: \(hash) }", file: "web.yml")
        }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
        #expect(error?.description.hasPrefix("web.yml:1:") == true)
    }
}
