private import CSnappy

/// Snappy's block format over libsnappy: what Prometheus' remote protocols compress their bodies with.
public enum Snappy {
    /// Why bytes could not be decompressed.
    public enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// They are not one block of snappy.
        case damaged
        /// They would become more bytes than the limit.
        case tooLarge(bytes: Int, limit: Int)

        public var description: String {
            switch self {
            case .damaged: "it is not compressed with snappy (block format)"
            case .tooLarge(let bytes, let limit): "it has \(bytes) bytes, more than \(limit)"
            }
        }
    }

    /// `bytes` as one block.
    public static func compress(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: snappy_max_compressed_length(bytes.count)) { output, count in
            var length = output.count
            let status = bytes.withUnsafeBytes { input in
                output.withMemoryRebound(to: CChar.self) { output in
                    snappy_compress(
                        input.bindMemory(to: CChar.self).baseAddress, input.count, output.baseAddress, &length)
                }
            }
            // The only failure is an output that is too small, and this one is as large as it can get.
            precondition(status == SNAPPY_OK, "snappy_compress: \(status)")
            count = length
        }
    }

    /// Part of a block that is too large to be put together first: a block is its ``length(_:)``, then its parts.
    ///
    /// Nothing in a part refers to another one. Parts of 64 KiB and more lose nothing by it.
    public static func part(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes.isEmpty ? [] : compress(bytes).dropFirst(length(bytes.count).count)
    }

    /// The beginning of a block that holds `bytes` bytes: their number as a varint.
    public static func length(_ bytes: Int) -> [UInt8] {
        var length: [UInt8] = []
        var rest = bytes
        while rest >= 0x80 {
            length.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return length + [UInt8(rest)]
    }

    /// Returns the bytes that one block holds.
    /// - Parameter limit: the most bytes to accept; the block says how many there are before any is written.
    /// - Throws: ``Failure``.
    public static func decompress(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
        var length = 0
        let isReadable = bytes.withUnsafeBytes { input in
            snappy_uncompressed_length(input.bindMemory(to: CChar.self).baseAddress, input.count, &length) == SNAPPY_OK
        }
        guard isReadable else { throw .damaged }
        guard length <= limit else { throw .tooLarge(bytes: length, limit: limit) }
        var status = SNAPPY_OK
        let plain = [UInt8](unsafeUninitializedCapacity: length) { output, count in
            status = bytes.withUnsafeBytes { input in
                output.withMemoryRebound(to: CChar.self) { output in
                    snappy_uncompress(
                        input.bindMemory(to: CChar.self).baseAddress, input.count, output.baseAddress, &length)
                }
            }
            count = status == SNAPPY_OK ? length : 0
        }
        guard status == SNAPPY_OK else { throw .damaged }
        return plain
    }
}
