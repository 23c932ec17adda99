private import CZlib

/// gzip (RFC 1952) over the system's zlib, for bodies that are compressed once
/// and sent many times.
public enum Gzip {
    /// zlib could not do its work; in practice, it was out of memory.
    public struct Failure: Error, CustomStringConvertible {
        /// zlib's return code.
        public let code: Int32
        public var description: String { "zlib failed with code \(code)" }
    }

    /// `bytes` as one gzip member.
    /// - Parameter level: zlib's 1 (fast) to 9 (small).
    /// - Throws: ``Failure`` when zlib reports an error.
    public static func compress(_ bytes: [UInt8], level: Int32 = 6) throws -> [UInt8] {
        var stream = z_stream()
        // 15 window bits, plus 16 to ask for a gzip header instead of zlib's.
        let initialised = deflateInit2_(
            &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard initialised == Z_OK else { throw Failure(code: initialised) }
        defer { deflateEnd(&stream) }

        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        var result = Z_OK
        let compressed = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            bytes.withUnsafeBufferPointer { input in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(bound)
                result = deflate(&stream, Z_FINISH)
                count = Int(stream.total_out)
            }
        }
        guard result == Z_STREAM_END else { throw Failure(code: result) }
        return compressed
    }
}
