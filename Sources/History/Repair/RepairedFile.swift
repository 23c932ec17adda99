internal import UsageModel

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif
#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// The files of a repair: the new one is complete, and on the disk, before it takes the name of the damaged one.
enum RepairedFile {
    /// What the new file's name ends with until it takes the other one.
    static let suffix = ".repair"

    /// A database and the files that SQLite may make beside it.
    static func files(_ path: String) -> [String] { ["", "-wal", "-shm"].map { path + $0 } }

    /// Gives the file at `new` the place of the one at `resolved`, which keeps its contents under another name.
    /// - Returns: that name.
    static func replace(
        _ resolved: String, by new: String, _ path: String, _ now: UnixTime
    ) throws(HistoryError) -> String {
        func require(_ isDone: Bool) throws(HistoryError) {
            guard isDone else { throw .cannotCreate(path: path, reason: String(cString: strerror(errno))) }
        }
        // An exporter that runs as another user than the one who repairs must be able to open it.
        var status = stat()
        try require(stat(resolved, &status) == 0)
        if status.st_uid != getuid() || status.st_gid != getgid() {
            try require(chown(new, status.st_uid, status.st_gid) == 0)
        }
        try require(chmod(new, status.st_mode & 0o7777) == 0)
        try synchronize(new, path)
        guard let aside = putAside(resolved, now) else {
            throw .cannotCreate(path: path, reason: String(cString: strerror(errno)))
        }
        // SQLite would play the old log into the new file.
        let hasLog = access(resolved + "-wal", F_OK) == 0
        let isLogAside = !hasLog || rename(resolved + "-wal", aside + "-wal") == 0
        guard isLogAside, rename(new, resolved) == 0 else {
            let reason = String(cString: strerror(errno))
            if hasLog, isLogAside { _ = rename(aside + "-wal", resolved + "-wal") }
            _ = access(resolved, F_OK) == 0 ? unlink(aside) : rename(aside, resolved)
            throw .cannotCreate(path: path, reason: reason)
        }
        _ = unlink(resolved + "-shm")
        try synchronize(resolved.lastIndex(of: "/").map { String(resolved[...$0]) } ?? ".", path)
        return aside
    }

    /// Gives the file at `resolved` a second name, which has the date in it, and a number when an earlier repair of that
    /// second has taken the name.
    /// - Returns: nil when the file system refuses; `errno` says why.
    private static func putAside(_ resolved: String, _ now: UnixTime) -> String? {
        let date = RFC3339.string(now).filter { $0 != "-" && $0 != ":" }
        for number in 1...1_000 {
            let aside = "\(resolved).damaged-\(date)" + (number == 1 ? "" : "-\(number)")
            // By a link the name is never without a file: a start at that moment would begin an empty history.
            if link(resolved, aside) == 0 { return aside }
            if errno == EEXIST { continue }
            // A file system without links; a rename would replace what is there.
            if access(aside, F_OK) == 0 { continue }
            return rename(resolved, aside) == 0 ? aside : nil
        }
        return nil
    }

    private static func synchronize(_ file: String, _ path: String) throws(HistoryError) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        let isDone = descriptor >= 0 && fsync(descriptor) == 0
        let reason = String(cString: strerror(errno))
        if descriptor >= 0 { close(descriptor) }
        guard isDone else { throw .failed(path: path, isWriting: true, reason: reason) }
    }

    static func remove(_ path: String) {
        for file in files(path) { try? FileManager.default.removeItem(atPath: file) }
    }
}
