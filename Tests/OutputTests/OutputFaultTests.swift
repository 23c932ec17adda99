import Foundation
import TestSupport
import Testing

@testable import Output

@Suite("Files that cannot be written, or change meanwhile", .timeLimit(.minutes(30)))
struct OutputFaultTests {
    private let folder = TemporaryFolder()

    private func text(_ name: String) -> String? { try? String(contentsOfFile: folder.file(name), encoding: .utf8) }

    private func make(_ name: String, _ text: String) throws {
        try text.write(toFile: folder.file(name), atomically: false, encoding: .utf8)
    }

    private var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }

    // Fault (Lifecycle): Output to a full device
    // Done: `/dev/full`
    // Seen: one error: `no space left on device`
    // Lost: nothing
    @Test(
        "A device that is full is one clear error, whether it shows at once or at the end",
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full"))
    func fullDevice() throws {
        let small = try OutputFile("/dev/full")
        try small.write(Array("report".utf8))
        let atEnd = #expect(throws: OutputError.self) { try small.close() }
        #expect(atEnd?.description == "cannot write to /dev/full: no space left on device")
        let large = try OutputFile("/dev/full")
        let atOnce = #expect(throws: OutputError.self) { try large.write([UInt8](repeating: 0, count: 1 << 20)) }
        #expect(atOnce == atEnd)
    }

    @Test(
        "What is written in pieces of any size arrives whole, beyond what is kept in memory",
        arguments: 0..<4 as Range<UInt64>)
    func pieces(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let file = try OutputFile(folder.file("export"))
        var expected: [UInt8] = []
        for number in 0..<40 {
            let count = [0, 1, 1000, 1 << 16, (1 << 20) - 1, 1 << 20].randomElement(using: &generator)!
            let piece = [UInt8](repeating: UInt8(number), count: count)
            expected += piece
            try file.write(piece)
        }
        try file.close()
        let isSame = FileManager.default.contents(atPath: folder.file("export")) == Data(expected)
        #expect(isSame, "seed \(seed)")
        #expect(names == ["export"])
    }

    @Test("Nothing written is an empty file, also in place of one that has content")
    func empty() throws {
        try make("report", "old")
        for name in ["report", "new"] {
            try OutputFile(folder.file(name)).close()
            #expect(text(name) == "")
        }
    }

    @Test("A file that was deleted, or replaced, while the new content was made is there with the new content")
    func changedMeanwhile() throws {
        for replacement in [nil, "somebody else's"] {
            try make("report", "old")
            let file = try OutputFile(folder.file("report"))
            try file.write(Array("new".utf8))
            try FileManager.default.removeItem(atPath: folder.file("report"))
            if let replacement { try make("report", replacement) }
            try file.close()
            #expect(text("report") == "new")
            #expect(names == ["report"])
        }
    }

    @Test("A folder that is gone when the file is complete is an error, and nothing is written elsewhere")
    func folderGone() throws {
        let inner = folder.file("inner")
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
        let file = try OutputFile("\(inner)/report")
        try file.write(Array("new".utf8))
        try FileManager.default.removeItem(atPath: inner)
        let error = #expect(throws: OutputError.self) { try file.close() }
        #expect(error?.description == "cannot write to \(inner)/report: no such file or directory")
        #expect(names == [])
    }

    @Test("Names with spaces, quotes and characters of any script are written as they are")
    func awkwardNames() throws {
        let awkward = ["a b", "'quoted'", "caf\u{E9}", "*?[x]", "-", "new\nline", "\u{1F6D2}"]
        for name in awkward {
            let file = try OutputFile(folder.file(name))
            try file.write(Array(name.utf8))
            try file.close()
        }
        for name in awkward { #expect(text(name) == name) }
        #expect(names.count == awkward.count)
    }

    @Test(
        "A path that is too long or leads through a file says so before any work is done",
        arguments: [
            (String(repeating: "x", count: 300), "file name too long"), ("file/report", "not a directory"),
        ])
    func badPaths(name: String, reason: String) throws {
        try make("file", "x")
        let path = folder.file(name)
        let error = #expect(throws: OutputError.self) { try OutputFile(path) }
        #expect(error?.description == "cannot write to \(path): \(reason)")
        let backup = #expect(throws: OutputError.self) { try BackupFile(path) }
        #expect(backup == error)
        #expect(names == ["file"])
    }

    @Test(
        "A FIFO receives a file and a copy, and stays a FIFO",
        .enabled(if: Tool.isInstalled("cat"), "cat is not installed"))
    func fifo() async throws {
        let path = folder.file("fifo")
        try #require(mkfifo(path, 0o600) == 0)
        let content = String(repeating: "0123456789abcdef", count: 20_000)
        for isBackup in [false, true] {
            async let reading = Tool.run("cat", [path])
            if isBackup {
                try await BackupFile(path).write { copy in
                    try content.write(toFile: copy, atomically: false, encoding: .utf8)
                }
            } else {
                // Opening waits for the reader.
                try await Task.detached {
                    let file = try OutputFile(path)
                    try file.write(Array(content.utf8))
                    try file.close()
                }.value
            }
            let isSame = try await reading.output == content
            #expect(isSame)
        }
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        #expect(names == ["fifo"])
    }

    @Test("Copies made at the same time for one name: one is there, whole, and the others say that there is one")
    func racingBackups() async throws {
        let path = folder.file("copy.db")
        let outcomes = await withTaskGroup(of: String?.self) { group in
            for number in 0..<20 {
                group.addTask {
                    do {
                        try await BackupFile(path).write { copy in
                            for _ in 0..<number { await Task.yield() }
                            try "\(number)".write(toFile: copy, atomically: false, encoding: .utf8)
                        }
                        return "\(number)"
                    } catch {
                        return nil
                    }
                }
            }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        let winners = outcomes.compactMap { $0 }
        #expect(winners.count == 1)
        #expect(text("copy.db") == winners.first)
        #expect(names == ["copy.db"])
    }

    @Test("A copy that was never made is an error, and leaves nothing")
    func nothingMade() async throws {
        let path = folder.file("copy.db")
        let error = await #expect(throws: OutputError.self) { try await BackupFile(path).write { _ in } }
        #expect(error?.description == "cannot write to \(path): no such file or directory")
        #expect(names == [])
    }
}
