private import Foundation
private import GRDBSQLite
private import Synchronization

/// A file system for SQLite (https://www.sqlite.org/vfs.html) that fails on order in one folder, and is the system's own
/// everywhere else.
///
/// The first one made becomes SQLite's default, so whatever the history opens afterwards goes through it.
public final class FaultyFileSystem: Sendable {
    /// What goes wrong.
    public enum Fault: String, Sendable, CaseIterable {
        /// Every call fails: `EIO`.
        case failing
        /// Writes fail: `ENOSPC`.
        case full
        /// Writes fail, reads do not: a disk that the system has made read-only.
        case readOnly
        /// Half of what is to be written is, then there is no room.
        case short
        /// The power fails: nothing succeeds any more, and only what was synced is there afterwards.
        case powerLoss
        /// `fsync` says that it has written and has not.
        case lostSync
    }

    /// The kinds of calls that are counted.
    fileprivate enum Call { case open, read, write, truncate, sync, delete }

    private struct State {
        var fault: Fault?
        var first = Int.max
        var calls = 0
        /// What a loss of power leaves of each file.
        var synced: [String: [UInt8]] = [:]
    }

    private let folder: String
    private let state = Mutex(State())

    /// - Parameter folder: absolute and without links.
    public init(folder: String) {
        self.folder = folder.hasSuffix("/") ? folder : folder + "/"
        Self.install
        Self.systems.withLock { $0[self.folder] = self }
    }

    /// Passes everything on again.
    public func remove() { Self.systems.withLock { $0[folder] = nil } }

    /// Lets every call from the `first` on fail, counted from now.
    public func fail(_ fault: Fault, from first: Int) {
        state.withLock { state in
            state.fault = fault
            state.first = first
            state.calls = 0
        }
    }

    /// Ends the cause.
    public func heal() { state.withLock { $0.fault = nil } }

    /// Calls since the last order.
    public var calls: Int { state.withLock { $0.calls } }

    /// Takes the files as they are for what a loss of power leaves.
    public func noteSynced(_ name: String, _ bytes: [UInt8]) { state.withLock { $0.synced[name] = bytes } }

    public var synced: [String: [UInt8]] { state.withLock { $0.synced } }

    /// Counts a call.
    /// - Returns: what is to go wrong with it.
    fileprivate func fault(_ call: Call) -> Fault? {
        state.withLock { state in
            state.calls += 1
            return state.calls >= state.first ? state.fault : nil
        }
    }

    // MARK: The system that is registered

    private static let systems = Mutex<[String: FaultyFileSystem]>([:])

    fileprivate static func system(for path: String) -> FaultyFileSystem? {
        systems.withLock { systems in systems.first { path.hasPrefix($0.key) }?.value }
    }

    private static let install: Void = {
        let own = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        own.initialize(to: real.pointee)
        own.pointee.zName = UnsafePointer(strdup("faulty"))
        own.pointee.pNext = nil
        own.pointee.szOsFile = real.pointee.szOsFile + Int32(OpenFile.header)
        own.pointee.xOpen = { _, name, file, flags, outFlags in
            guard let name, let file, let system = FaultyFileSystem.system(for: String(cString: name)) else {
                return real.pointee.xOpen(real, name, file, flags, outFlags)
            }
            let isTold = system.fault(.open)
            file.pointee.pMethods = nil
            if isTold == .failing || isTold == .powerLoss { return SQLITE_CANTOPEN }
            let inner = OpenFile.inner(file)
            let code = real.pointee.xOpen(real, name, inner, flags, outFlags)
            guard inner.pointee.pMethods != nil else { return code }
            file.pointee.pMethods = UnsafePointer(methods)
            OpenFile.attach(OpenFile(system, String(cString: name)), to: file)
            return code
        }
        own.pointee.xDelete = { _, name, sync in
            if let name, let system = FaultyFileSystem.system(for: String(cString: name)) {
                let isTold = system.fault(.delete)
                if isTold == .failing || isTold == .readOnly || isTold == .powerLoss { return SQLITE_IOERR | (10 << 8) }
                system.state.withLock { $0.synced[String(cString: name)] = nil }
            }
            return real.pointee.xDelete(real, name, sync)
        }
        sqlite3_vfs_register(own, 1)
    }()
}

/// The system's own.
private nonisolated(unsafe) let real: UnsafeMutablePointer<sqlite3_vfs> = sqlite3_vfs_find("unix")

/// What belongs to an open file: SQLite's structure, a pointer to this, then the structure of the system's own.
private final class OpenFile {
    static let header = 2 * MemoryLayout<UnsafeRawPointer>.stride

    let system: FaultyFileSystem
    let name: String

    init(_ system: FaultyFileSystem, _ name: String) {
        self.system = system
        self.name = name
    }

    static func inner(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<sqlite3_file> {
        (UnsafeMutableRawPointer(file) + header).assumingMemoryBound(to: sqlite3_file.self)
    }

    private static func slot(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<UnsafeRawPointer?> {
        (UnsafeMutableRawPointer(file) + MemoryLayout<UnsafeRawPointer>.stride)
            .assumingMemoryBound(to: UnsafeRawPointer?.self)
    }

    static func attach(_ open: OpenFile, to file: UnsafeMutablePointer<sqlite3_file>) {
        slot(file).initialize(to: UnsafeRawPointer(Unmanaged.passRetained(open).toOpaque()))
    }

    static func of(_ file: UnsafeMutablePointer<sqlite3_file>) -> Unmanaged<OpenFile> {
        Unmanaged.fromOpaque(slot(file).pointee!)
    }
}

/// The calls on an open file, in the order of SQLite's header.
private nonisolated(unsafe) let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    var own = sqlite3_io_methods()
    own.iVersion = 3
    own.xClose = { file in
        let inner = OpenFile.inner(file!)
        let code = inner.pointee.pMethods.pointee.xClose(inner)
        OpenFile.of(file!).release()
        return code
    }
    own.xRead = { file, bytes, count, offset in
        let fault = OpenFile.of(file!).takeUnretainedValue().system.fault(.read)
        if fault == .failing || fault == .powerLoss { return SQLITE_IOERR | (1 << 8) }
        let inner = OpenFile.inner(file!)
        return inner.pointee.pMethods.pointee.xRead(inner, bytes, count, offset)
    }
    own.xWrite = { file, bytes, count, offset in
        let inner = OpenFile.inner(file!)
        let write = inner.pointee.pMethods.pointee.xWrite!
        switch OpenFile.of(file!).takeUnretainedValue().system.fault(.write) {
        case .failing, .readOnly, .powerLoss: return SQLITE_IOERR | (3 << 8)
        case .full: return SQLITE_FULL
        case .short:
            _ = write(inner, bytes, count / 2, offset)
            return SQLITE_FULL
        case .lostSync, nil: return write(inner, bytes, count, offset)
        }
    }
    own.xTruncate = { file, size in
        let fault = OpenFile.of(file!).takeUnretainedValue().system.fault(.truncate)
        if fault == .failing || fault == .readOnly || fault == .powerLoss { return SQLITE_IOERR | (6 << 8) }
        let inner = OpenFile.inner(file!)
        return inner.pointee.pMethods.pointee.xTruncate(inner, size)
    }
    own.xSync = { file, flags in
        let open = OpenFile.of(file!).takeUnretainedValue()
        let inner = OpenFile.inner(file!)
        switch open.system.fault(.sync) {
        case .failing, .readOnly, .powerLoss: return SQLITE_IOERR | (4 << 8)
        case .lostSync: return SQLITE_OK
        case .full, .short, nil:
            // By SQLite's own descriptor: closing another would drop the locks of the process.
            var size: sqlite3_int64 = 0
            _ = inner.pointee.pMethods.pointee.xFileSize(inner, &size)
            var bytes = [UInt8](repeating: 0, count: Int(size))
            _ = inner.pointee.pMethods.pointee.xRead(inner, &bytes, Int32(size), 0)
            open.system.noteSynced(open.name, bytes)
            // The disk itself is not part of the test.
            return SQLITE_OK
        }
    }
    own.xFileSize = { file, size in
        let inner = OpenFile.inner(file!)
        return inner.pointee.pMethods.pointee.xFileSize(inner, size)
    }
    own.xLock = { file, level in
        let inner = OpenFile.inner(file!)
        return inner.pointee.pMethods.pointee.xLock(inner, level)
    }
    own.xUnlock = { file, level in
        let inner = OpenFile.inner(file!)
        return inner.pointee.pMethods.pointee.xUnlock(inner, level)
    }
    own.xCheckReservedLock = { file, result in
        let inner = OpenFile.inner(file!)
        return inner.pointee.pMethods.pointee.xCheckReservedLock(inner, result)
    }
    own.xFileControl = { file, operation, argument in
        let inner = OpenFile.inner(file!)
        return inner.pointee.pMethods.pointee.xFileControl(inner, operation, argument)
    }
    own.xSectorSize = { file in
        let inner = OpenFile.inner(file!)
        return inner.pointee.pMethods.pointee.xSectorSize(inner)
    }
    own.xDeviceCharacteristics = { file in
        let inner = OpenFile.inner(file!)
        return inner.pointee.pMethods.pointee.xDeviceCharacteristics(inner)
    }
    own.xShmMap = { file, region, size, extend, memory in
        let inner = OpenFile.inner(file!)
        return inner.pointee.pMethods.pointee.xShmMap(inner, region, size, extend, memory)
    }
    own.xShmLock = { file, offset, count, flags in
        let inner = OpenFile.inner(file!)
        return inner.pointee.pMethods.pointee.xShmLock(inner, offset, count, flags)
    }
    own.xShmBarrier = { file in
        let inner = OpenFile.inner(file!)
        inner.pointee.pMethods.pointee.xShmBarrier(inner)
    }
    own.xShmUnmap = { file, delete in
        let inner = OpenFile.inner(file!)
        return inner.pointee.pMethods.pointee.xShmUnmap(inner, delete)
    }
    own.xFetch = { file, offset, count, memory in
        let inner = OpenFile.inner(file!)
        return inner.pointee.pMethods.pointee.xFetch(inner, offset, count, memory)
    }
    own.xUnfetch = { file, offset, memory in
        let inner = OpenFile.inner(file!)
        return inner.pointee.pMethods.pointee.xUnfetch(inner, offset, memory)
    }
    methods.initialize(to: own)
    return methods
}()
