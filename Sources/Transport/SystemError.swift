#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// The words for errors of the operating system.
package enum SystemError {
    /// The meaning of an `errno`, to follow a colon: `no such file or directory`.
    package static func text(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }
}
