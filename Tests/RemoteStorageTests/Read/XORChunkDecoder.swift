/// Reads a chunk by the description of its format.
struct XORChunkDecoder {
    struct Sample: Hashable {
        var time: Int64
        var bits: UInt64

        var value: Double { Double(bitPattern: bits) }

        init(_ time: Int64, _ value: Double) {
            self.time = time
            bits = value.bitPattern
        }
    }

    struct Truncated: Error {}

    private let bytes: [UInt8]
    private var position = 16

    /// The samples of a whole chunk.
    static func decode(_ bytes: [UInt8]) throws -> [Sample] {
        guard bytes.count >= 2 else { throw Truncated() }
        var decoder = XORChunkDecoder(bytes: bytes)
        let samples = try decoder.samples(Int(bytes[0]) << 8 | Int(bytes[1]))
        guard (decoder.position + 7) / 8 == bytes.count else { throw Truncated() }
        return samples
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func samples(_ count: Int) throws -> [Sample] {
        guard count > 0 else { return [] }
        let zigzag = try varint()
        var time = Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
        var value = try bits(64)
        var samples = [Sample(time, Double(bitPattern: value))]
        var delta: Int64 = 0
        var leading = 0
        var significant = 0
        while samples.count < count {
            delta = samples.count == 1 ? Int64(bitPattern: try varint()) : delta &+ (try deltaOfDelta())
            time &+= delta
            if try bits(1) == 1 {
                if try bits(1) == 1 {
                    leading = Int(try bits(5))
                    significant = Int(try bits(6))
                    if significant == 0 { significant = 64 }
                }
                value ^= try bits(significant) << UInt64(64 - leading - significant)
            }
            samples.append(Sample(time, Double(bitPattern: value)))
        }
        return samples
    }

    private mutating func deltaOfDelta() throws -> Int64 {
        var ones = 0
        while ones < 4, try bits(1) == 1 { ones += 1 }
        let width = [0, 14, 17, 20, 64][ones]
        let raw = Int64(bitPattern: try bits(width))
        // The largest positive number of a bucket is 2^(n-1); what is above stands for a negative one.
        return width > 0 && width < 64 && raw > 1 << (width - 1) ? raw - 1 << width : raw
    }

    private mutating func varint() throws -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try bits(8)
            value |= (byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    private mutating func bits(_ count: Int) throws -> UInt64 {
        var value: UInt64 = 0
        for _ in 0..<count {
            guard position / 8 < bytes.count else { throw Truncated() }
            value = value << 1 | UInt64(bytes[position / 8] >> UInt8(7 - position % 8) & 1)
            position += 1
        }
        return value
    }
}
