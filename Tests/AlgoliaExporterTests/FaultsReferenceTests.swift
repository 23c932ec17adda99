import Foundation
import Testing

/// The table of docs/faults.md. Its rows stand beside the tests that prove them, as comments before `@Test`:
///
///     // Fault (Storage): a full disk
///     // Done: no page is left to SQLite
///     // Seen: `no space left on its disk`
///     // Lost: nothing
///
/// A line that is indented further continues the one before.
private struct FaultsReference {
    struct Row: Hashable {
        var section: String
        var fault: String
        var done: String
        var seen: String
        var lost: String
        /// The path below Tests.
        var file: String
    }

    /// The sections, in the order of the page.
    static let sections = [
        "Algolia", "Clocks", "Storage", "Clients", "Secrets", "Lifecycle", "Configuration", "Remote write",
    ]

    var rows: [Row] = []
    /// What is wrong with comments that begin as a row does.
    var mistakes: [String] = []

    /// - Parameter folder: the folder of all tests.
    init(_ folder: URL) throws {
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
        for file in files where file.hasSuffix("Tests.swift") && !file.hasSuffix("FaultsReferenceTests.swift") {
            read(try String(contentsOf: folder.appending(path: file), encoding: .utf8), file)
        }
    }

    private mutating func read(_ text: String, _ file: String) {
        var comment: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map({ $0.trimmingPrefix(/\ +/) }) {
            if let continued = line.prefixMatch(of: /\/\/ {3}/), !comment.isEmpty {
                comment[comment.count - 1] += " " + line[continued.range.upperBound...]
            } else if line.hasPrefix("// ") {
                comment.append(String(line.dropFirst(3)))
            } else {
                if comment.contains(where: { $0.hasPrefix("Fault (") }) {
                    add(comment, isTest: line.hasPrefix("@Test("), file)
                }
                comment = []
            }
        }
    }

    private mutating func add(_ comment: [String], isTest: Bool, _ file: String) {
        guard isTest, comment.count == 4, let head = comment[0].wholeMatch(of: /Fault \(([^)]+)\): (.+)/),
            let done = comment[1].wholeMatch(of: /Done: (.+)/)?.1,
            let seen = comment[2].wholeMatch(of: /Seen: (.+)/)?.1,
            let lost = comment[3].wholeMatch(of: /Lost: (.+)/)?.1, Self.sections.contains(String(head.1))
        else {
            mistakes.append("\(file): \(comment)")
            return
        }
        rows.append(
            Row(
                section: String(head.1), fault: String(head.2), done: String(done), seen: String(seen),
                lost: String(lost), file: file))
    }

    var markdown: String {
        var text = """
            # Faults and attacks

            Each row is proved by a test, beside which it is written; `make docs` collects them here. \(rows.count) rows.

            """
        for section in Self.sections {
            text +=
                "\n## \(section)\n\n| fault or attack | what was done | what the user sees | lost | test |\n|---|---|---|---|---|\n"
            for row in rows where row.section == section {
                let name = row.file.split(separator: "/").last?.split(separator: ".").first ?? ""
                text += "| \(row.fault) | \(row.done) | \(row.seen) | \(row.lost) | [\(name)](../Tests/\(row.file)) |\n"
            }
        }
        return text
    }
}

@Suite("docs/faults.md")
struct FaultsReferenceTests {
    private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("It is what the tests declare; with UPDATE_DOCS=1 it is written")
    func page() throws {
        let reference = try FaultsReference(root.appending(path: "Tests"))
        #expect(reference.mistakes == [])
        #expect(reference.rows.count >= 60)
        #expect(Set(reference.rows.map(\.fault)).count == reference.rows.count)
        let file = root.appending(path: "docs/faults.md")
        if ProcessInfo.processInfo.environment["UPDATE_DOCS"] == "1" {
            try reference.markdown.write(to: file, atomically: true, encoding: .utf8)
        }
        let isCurrent = try String(contentsOf: file, encoding: .utf8) == reference.markdown
        #expect(isCurrent, "docs/faults.md is out of date: run make docs")
    }
}
