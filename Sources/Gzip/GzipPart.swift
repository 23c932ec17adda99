private import CZlib

/// A part of a gzip body (RFC 1952) that is compressed once and joined with others that change more often.
///
/// It refers to nothing outside of it and ends with a whole byte, so that parts in a row are one stream of deflate
/// (RFC 1951) and the body is one member, as every client reads it.
public struct GzipPart: Sendable {
    private static let head: [UInt8] = [0x1F, 0x8B, UInt8(Z_DEFLATED), 0, 0, 0, 0, 0, 0, 255]
    /// The last block of a stream, with nothing in it.
    private static let lastBlock: [UInt8] = [0x03, 0x00]

    private let deflated: [UInt8]
    private let checksum: UInt
    /// Bytes before compression.
    private let count: Int

    /// - Parameter level: zlib's 1 (fast) to 9 (small).
    /// - Throws: ``Gzip/Failure`` when zlib reports an error.
    public init(_ bytes: UnsafeRawBufferPointer, level: Int32) throws {
        var stream = z_stream()
        // With a negative window size zlib writes raw deflate data, without a header.
        let initialised = deflateInit2_(
            &stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard initialised == Z_OK else { throw Gzip.Failure(code: initialised) }
        defer { deflateEnd(&stream) }
        // The flush at the end takes up to six bytes more.
        let bound = Int(deflateBound(&stream, UInt(bytes.count))) + 6
        let input = bytes.assumingMemoryBound(to: UInt8.self)
        var result = Z_OK
        let output = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(bound)
            result = deflate(&stream, Z_FULL_FLUSH)
            count = Int(stream.total_out)
        }
        guard result == Z_OK, stream.avail_out > 0 else { throw Gzip.Failure(code: result) }
        // A copy, so that it does not keep the memory of the bound, which is that of the whole text.
        deflated = Array(output[...])
        checksum = crc32_z(0, input.baseAddress, input.count)
        count = bytes.count
    }

    /// The parts as one gzip body.
    public static func joined(_ parts: [GzipPart]) -> [UInt8] {
        var body = head
        body.reserveCapacity(head.count + parts.reduce(0) { $0 + $1.deflated.count } + lastBlock.count + 8)
        var checksum: UInt = 0
        var count = 0
        for part in parts {
            body += part.deflated
            checksum = crc32_combine(checksum, part.checksum, part.count)
            count += part.count
        }
        body += lastBlock
        for word in [UInt32(truncatingIfNeeded: checksum), UInt32(truncatingIfNeeded: count)] {
            withUnsafeBytes(of: word.littleEndian) { body += $0 }
        }
        return body
    }
}
