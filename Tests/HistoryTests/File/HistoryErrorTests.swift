import GRDB
@testable import History
import TestSupport
import Testing

@Suite("Errors of the history")
struct HistoryErrorTests {
    private static let path = "/data/it's a #history?.db"
    private static let problems: [HistoryProblem] = [
        .deleted, .replaced, .overwritten, .truncated, .logDeleted, .logOverwritten, .damaged(reason: "page 7"),
    ]
    private static let errors: [HistoryError] =
        [
            .isDirectory(path: path), .notAFile(path: path, kind: "a FIFO"), .cannotCreate(path: path, reason: "why"),
            .notADatabase(path: path), .foreign(path: path), .newer(path: path, migration: "0099"),
            .notWritable(path: path), .notReadable(path: path, reason: "why"), .missing(path: path),
            .notBegun(path: path), .older(path: path), .inUse(path: path, process: nil),
            .damaged(path: path, reason: "why"), .full(path: path), .locked(path: path),
            .failed(path: path, isWriting: true, reason: "why"),
            .failed(path: path, isWriting: false, reason: "another why"),
        ] + problems.map { .unusable(path: path, $0) }

    @Test("Each says which file, unlike every other, without a full stop; what was told as a reason is passed on")
    func descriptions() {
        let texts = Self.errors.map { "\($0)" }
        #expect(Set(texts).count == texts.count)
        for text in texts {
            #expect(text.contains(Self.path), "\(text)")
            #expect(!text.hasSuffix("."), "\(text)")
            #expect(!text.contains("\n"), "\(text)")
        }
        for error in Self.errors {
            switch error {
            case .cannotCreate, .notReadable, .failed: #expect("\(error)".hasSuffix("why"), "\(error)")
            case .damaged:
                #expect("\(error)".hasSuffix("why; repair it with `algolia-exporter db repair`, or restore a backup"))
            case .newer: #expect("\(error)".contains("0099"))
            default: break
            }
        }
    }

    @Test("A log line says whether reading or writing failed")
    func sentences() {
        #expect(
            HistoryError.sentence(HistoryError.full(path: "h.db"))
                == "cannot write the history database: database h.db cannot be written: no space left on its disk")
        for error in Self.errors {
            let isReading =
                switch error {
                case .notReadable, .failed(_, false, _): true
                default: false
                }
            let start = "cannot \(isReading ? "read" : "write") the history database: "
            #expect(HistoryError.sentence(error) == start + "\(error)")
        }
        #expect(HistoryError.sentence(CancellationError()).hasPrefix("cannot write the history database: "))
    }

    @Test("Every problem has its name among the names that metrics show, and a sentence that says what to do")
    func problems() {
        #expect(HistoryProblem.names == [HistoryProblem.good] + Self.problems.map(\.name))
        #expect(Set(HistoryProblem.names).count == HistoryProblem.names.count)
        for problem in Self.problems {
            let sentence = problem.sentence(Self.path)
            #expect(sentence.contains(Self.path) && sentence.contains("; writing has stopped; "), "\(sentence)")
            #expect(["restart", "restore a backup"].contains { sentence.contains($0) }, "\(sentence)")
        }
        #expect(HistoryProblem.damaged(reason: "page 7").sentence("h.db").contains("page 7"))
    }

    @Test("Every code of SQLite has its meaning, extended codes that of their kind")
    func codes() {
        func meaning(_ code: ResultCode, isWriting: Bool = true) -> HistoryError {
            History.explain(DatabaseError(resultCode: code, message: "why"), "h.db", isWriting: isWriting)
        }
        for code in [ResultCode.SQLITE_BUSY, .SQLITE_BUSY_SNAPSHOT, .SQLITE_BUSY_RECOVERY, .SQLITE_LOCKED] {
            #expect(meaning(code) == .locked(path: "h.db"))
        }
        #expect(meaning(.SQLITE_FULL) == .full(path: "h.db"))
        #expect(meaning(.SQLITE_NOTADB) == .notADatabase(path: "h.db"))
        for code in [ResultCode.SQLITE_CORRUPT, .SQLITE_CORRUPT_VTAB] {
            #expect(meaning(code) == .damaged(path: "h.db", reason: "why"))
        }
        for code in [
            ResultCode.SQLITE_READONLY, .SQLITE_READONLY_DBMOVED, .SQLITE_PERM, .SQLITE_CANTOPEN,
            .SQLITE_CANTOPEN_ISDIR,
        ] {
            #expect(meaning(code) == .notWritable(path: "h.db"))
            #expect(meaning(code, isWriting: false) == .notReadable(path: "h.db", reason: "why"))
        }
        for code in [ResultCode.SQLITE_IOERR, .SQLITE_IOERR_WRITE, .SQLITE_NOMEM, .SQLITE_CONSTRAINT, .SQLITE_ERROR] {
            #expect(meaning(code) == .failed(path: "h.db", isWriting: true, reason: "why"))
            #expect(meaning(code, isWriting: false) == .failed(path: "h.db", isWriting: false, reason: "why"))
        }
    }
}
