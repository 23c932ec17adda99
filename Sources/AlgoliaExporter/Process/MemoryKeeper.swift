import Foundation
import ServiceLifecycle

#if canImport(Glibc)
    import CMalloc
#endif

/// Limits the number of heaps of the C library, which would give each thread one: each keeps
/// what it once needed, and this program is small and has few threads.
func limitMemoryArenas() {
    #if canImport(Glibc)
        mallopt(M_ARENA_MAX, 2)
        // Bytes: large buffers, such as answers, go back to the system at once.
        mallopt(M_MMAP_THRESHOLD, 1 << 18)
        mallopt(M_TRIM_THRESHOLD, 1 << 20)
    #endif
}

/// Gives memory back to the system that the process has used and needs no more.
///
/// 1. Free pages between those in use, which the C library keeps.
/// 2. Pages of the program itself. Swift's runtime looks through all of it at the start, for the protocols that types
///    conform to: 35 MB of 59 resident were code, and most of it never runs. Pages that do run are mapped again
///    when they are needed, without reading the file.
struct MemoryKeeper: Service {
    private static let interval = Duration.seconds(5)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            let code = Self.code
            while (try? await Task.sleep(for: Self.interval)) != nil { Self.giveBack(code) }
        }
    }

    private static func giveBack(_ code: [Range<UInt>]) {
        #if canImport(Glibc)
            malloc_trim(0)
            for pages in code {
                madvise(UnsafeMutableRawPointer(bitPattern: pages.lowerBound), pages.count, MADV_DONTNEED)
            }
        #endif
    }

    /// The addresses of the program's code, which is mapped from its file and never written; empty where the system does
    /// not tell.
    private static var code: [Range<UInt>] {
        guard let maps = try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8),
            let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        else { return [] }
        // `55d0-66e0 r-xp 00000000 fd:01 1234   /usr/bin/algolia-exporter`
        return maps.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", maxSplits: 5)
            guard fields.count == 6, fields[1] == "r-xp", fields[5].drop(while: { $0 == " " }) == program else {
                return nil
            }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            return ends.count == 2 && ends[0] < ends[1] ? ends[0]..<ends[1] : nil
        }
    }
}
