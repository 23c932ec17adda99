import Foundation
import TestSupport
import Testing

@testable import Output

@Suite("Files that are written")
struct OutputFileTests {
    private let folder = TemporaryFolder()

    private func text(_ name: String) -> String? { try? String(contentsOfFile: folder.file(name), encoding: .utf8) }

    private func write(_ text: String, to path: String) throws {
        let file = try OutputFile(path)
        try file.write(Array(text.utf8))
        try file.close()
    }

    private func make(_ name: String, _ text: String, mode: mode_t = 0o644) throws {
        try text.write(toFile: folder.file(name), atomically: false, encoding: .utf8)
        try #require(chmod(folder.file(name), mode) == 0)
    }

    private func status(_ name: String) throws -> stat {
        var status = stat()
        try #require(lstat(folder.file(name), &status) == 0)
        return status
    }

    private var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }

    @Test("A file is there when it is complete, and not before; nothing else stays")
    func new() throws {
        let file = try OutputFile(folder.file("report"))
        try file.write(Array("first ".utf8))
        #expect(text("report") == nil)
        try file.write(Array("second".utf8))
        try file.close()
        #expect(text("report") == "first second")
        #expect(names == ["report"])
    }

    @Test("A file that is given up leaves the old content, and nothing of its own")
    func givenUp() throws {
        try make("report", "old")
        func begin() throws {
            let file = try OutputFile(folder.file("report"))
            // More than is kept in memory.
            for _ in 0..<3 { try file.write([UInt8](repeating: 0x78, count: 1 << 20)) }
            #expect(names.count == 2)
        }
        try begin()
        #expect(text("report") == "old")
        #expect(names == ["report"])
    }

    @Test("A file keeps its mode, whatever the process's is", arguments: [0o600, 0o640, 0o444] as [mode_t])
    func mode(mode: mode_t) throws {
        try make("report", "old", mode: mode)
        try write("new", to: folder.file("report"))
        #expect(text("report") == "new")
        #expect(try status("report").st_mode & 0o7777 == mode)
    }

    @Test("A link stays a link; what it names is written, also when there is nothing yet")
    func link() throws {
        try make("target", "old")
        for (name, target) in [("link", "target"), ("dangling", "missing"), ("chain", "link")] {
            try #require(symlink(target, folder.file(name)) == 0)
            try write("by \(name)", to: folder.file(name))
            #expect(try status(name).st_mode & S_IFMT == S_IFLNK)
        }
        #expect(text("missing") == "by dangling")
        #expect(text("target") == "by chain")
    }

    @Test("A file with several names has the new content under all of them")
    func hardLink() throws {
        try make("one", "an old content that is longer")
        try #require(Foundation.link(folder.file("one"), folder.file("two")) == 0)
        try write("new", to: folder.file("one"))
        #expect(text("one") == "new")
        #expect(text("two") == "new")
        #expect(try status("one").st_nlink == 2)
        #expect(names == ["one", "two"])
    }

    @Test("Links that lead in a circle are refused")
    func circle() throws {
        try #require(symlink("b", folder.file("a")) == 0)
        try #require(symlink("a", folder.file("b")) == 0)
        let error = #expect(throws: OutputError.self) { try OutputFile(folder.file("a")) }
        #expect(error?.description == "cannot write to \(folder.file("a")): too many links")
    }

    @Test("What cannot be written says so before any work is done")
    func refused() throws {
        try FileManager.default.createDirectory(atPath: folder.file("folder"), withIntermediateDirectories: false)
        for (path, reason) in [
            ("folder", "it is a folder; expected a file"), ("nowhere/report", "no such file or directory"),
            ("new/", "no such file or directory"),
        ] {
            let error = #expect(throws: OutputError.self) { try OutputFile(folder.file(path)) }
            #expect(error?.description == "cannot write to \(folder.file(path)): \(reason)")
        }
        // No process can have a descriptor of this number.
        let closed = "/dev/fd/\(Int32.max)"
        let error = #expect(throws: OutputError.self) { try OutputFile(closed) }
        #expect(error?.description == "cannot write to \(closed): bad file descriptor")
    }

    @Test("An open descriptor is written where it stands, not from the start")
    func descriptor() throws {
        try make("log", "before ")
        let descriptor = open(folder.file("log"), O_WRONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        lseek(descriptor, 0, SEEK_END)
        try write("after", to: "/dev/fd/\(descriptor)")
        #expect(text("log") == "before after")
    }

    @Test("A pipe is written through; when nobody reads it any more, that is one clear error")
    func pipes() throws {
        let pipe = try TestPipe()
        try write("hello", to: "/dev/fd/\(pipe.writer)")
        #expect(pipe.read() == "hello")
        let closed = try TestPipe(hasReader: false)
        let error = #expect(throws: OutputError.self) { try write("hello", to: "/dev/fd/\(closed.writer)") }
        #expect(error?.description == "cannot write to /dev/fd/\(closed.writer): broken pipe")
    }

    @Test("The end of the process removes what is unfinished, and nothing that is finished")
    func discarded() throws {
        let unfinished = UnfinishedFiles()
        try make("done", "1")
        try make("half", "2")
        for name in ["done", "half"] { unfinished.add(folder.file(name)) }
        unfinished.remove(folder.file("done"))
        unfinished.discard()
        #expect(names == ["done"])
    }
}

@Suite("Backups")
struct BackupFileTests {
    private let folder = TemporaryFolder()

    private struct Failure: Error {}

    @Test("A backup is a new file, complete from its first instant")
    func new() async throws {
        let target = folder.file("copy.db")
        try await BackupFile(target).write { path in
            #expect(!FileManager.default.fileExists(atPath: target))
            try "content".write(toFile: path, atomically: false, encoding: .utf8)
        }
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "content")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["copy.db"])
    }

    @Test("A file that exists is not replaced, neither before nor while the copy is made")
    func existing() async throws {
        let target = folder.file("copy.db")
        let backup = try BackupFile(target)
        await #expect(throws: OutputError.self) {
            try await backup.write { path in
                try "mine".write(toFile: path, atomically: false, encoding: .utf8)
                try "theirs".write(toFile: target, atomically: false, encoding: .utf8)
            }
        }
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "theirs")
        let error = #expect(throws: OutputError.self) { try BackupFile(target) }
        #expect(error?.description == "cannot write to \(target): the file already exists; expected a new file")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["copy.db"])
    }

    // Fault (Storage): A log of another database beside the target
    // Done: `history.db-wal` left, `history.db` gone, as after a crash and a restore
    // Seen: no backup is made; the error names the file
    // Lost: nothing
    @Test(
        "What another database has left beside the target is named, and nothing is written",
        arguments: ["-wal", "-shm", "-journal"])
    func left(side: String) async throws {
        let target = folder.file("copy.db")
        try "theirs".write(toFile: target + side, atomically: false, encoding: .utf8)
        let error = #expect(throws: OutputError.self) { try BackupFile(target) }
        #expect(
            error?.description
                == "cannot write to \(target): \(target)\(side) is left of another database; remove it, or choose another name"
        )
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["copy.db\(side)"])
    }

    @Test("A copy that fails leaves nothing")
    func failing() async throws {
        let backup = try BackupFile(folder.file("copy.db"))
        await #expect(throws: Failure.self) {
            try await backup.write { path in
                try "half".write(toFile: path, atomically: false, encoding: .utf8)
                for side in ["-wal", "-shm", "-journal"] {
                    try "half".write(toFile: path + side, atomically: false, encoding: .utf8)
                }
                throw Failure()
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test("A pipe receives the copy")
    func pipe() async throws {
        let pipe = try TestPipe()
        // The descriptor is a copy of the pipe's.
        try await BackupFile("/dev/fd/\(pipe.writer)").write { path in
            try "content".write(toFile: path, atomically: false, encoding: .utf8)
        }
        #expect(pipe.read() == "content")
    }
}
