private import CZlib

/// gzip (RFC 1952) of a body whose end is not known yet: feed its parts, send what comes out, finish.
///
/// Its memory stays the same however long the body gets, about 130 kB: a window of 16 kB and a
/// small table, because many streams run at once and what repeats in JSON repeats within a few bytes.
public final class GzipStream {
    /// Base-2 logarithm of the window, plus 16 to ask for a gzip header instead of zlib's.
    private static let windowBits: Int32 = 14 + 16
    private static let memoryLevel: Int32 = 7

    /// On the heap: zlib keeps the address.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Parameter level: zlib's 1 (fast) to 9 (small).
    /// - Throws: ``Gzip/Failure`` when there is no memory.
    public init(level: Int32 = 6) throws {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let initialised = deflateInit2_(
            stream, level, Z_DEFLATED, Self.windowBits, Self.memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        // A class whose initialiser throws is deinitialised all the same; zlib then ends nothing.
        guard initialised == Z_OK else { throw Gzip.Failure(code: initialised) }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Compresses more of the body.
    /// - Returns: what can be sent already; often nothing, because zlib collects.
    /// - Throws: ``Gzip/Failure``.
    public func feed(_ bytes: UnsafeRawBufferPointer) throws -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        return try deflate(bytes, Z_NO_FLUSH)
    }

    /// Ends the body. Nothing may be fed afterwards.
    /// - Returns: the rest of what is to be sent.
    /// - Throws: ``Gzip/Failure``.
    public func finish() throws -> [UInt8] {
        try deflate(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH)
    }

    private func deflate(_ bytes: UnsafeRawBufferPointer, _ flush: Int32) throws -> [UInt8] {
        let step = 16_384
        let input = bytes.assumingMemoryBound(to: UInt8.self)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        var output: [UInt8] = []
        var result = Z_OK
        var isFull = true
        while isFull {
            let part = [UInt8](unsafeUninitializedCapacity: step) { buffer, count in
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = UInt32(step)
                result = CZlib.deflate(stream, flush)
                count = step - Int(stream.pointee.avail_out)
            }
            // Z_BUF_ERROR only says that nothing was left to do.
            guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else {
                throw Gzip.Failure(code: result)
            }
            isFull = stream.pointee.avail_out == 0
            output += part
        }
        guard flush != Z_FINISH || result == Z_STREAM_END else { throw Gzip.Failure(code: result) }
        return output
    }
}
