#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// The memory of this process in bytes, as Linux's `/proc/self/statm` has it; zeros where there is no such file.
package struct ProcessMemory: Sendable {
    /// The size of the address space.
    package var virtual = 0
    /// What of it is in main memory.
    package var resident = 0

    /// The memory now; reading it takes 10 µs.
    package static func current() -> ProcessMemory {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return ProcessMemory() }
        defer { close(descriptor) }
        var text = [UInt8](repeating: 0, count: 128)
        let count = read(descriptor, &text, text.count)
        // `size resident shared …`, in pages.
        let fields = text.prefix(max(0, count)).split(separator: UInt8(ascii: " ")).prefix(2)
            .compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        guard fields.count == 2 else { return ProcessMemory() }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        return ProcessMemory(virtual: fields[0] * page, resident: fields[1] * page)
    }
}
