import RemoteStorage
import Snappy
import SwiftProtobuf

/// An answer of remote read in either form, taken apart.
struct ReadAnswer: Equatable {
    struct Series: Hashable {
        /// `name=value`, in the order of the answer.
        var labels: [String]
        var samples: [XORChunkDecoder.Sample]
    }

    /// The series of each query.
    var queries: [[Series]]

    /// Reads a block of snappy that holds a `ReadResponse`.
    init(samples body: [UInt8]) throws {
        let response = try Prometheus_ReadResponse(
            serializedBytes: try Snappy.decompress(body, limit: 1 << 30))
        queries = response.results.map { result in
            result.timeseries.map { series in
                Series(
                    labels: series.labels.map { "\($0.name)=\($0.value)" },
                    samples: series.samples.map { XORChunkDecoder.Sample($0.timestamp, $0.value) })
            }
        }
    }

    struct Broken: Error {
        var what: String
    }

    /// One message of a streamed answer.
    struct Frame {
        var message: Prometheus_ChunkedReadResponse
        var size: Int
    }

    /// Takes frames apart: a varint of the length, the checksum, the message.
    static func frames(_ body: [UInt8]) throws -> [Frame] {
        var frames: [Frame] = []
        var rest = body[...]
        while !rest.isEmpty {
            var length = 0
            var shift = 0
            while true {
                guard let byte = rest.popFirst() else { throw Broken(what: "length") }
                length |= Int(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            guard rest.count >= 4 + length else { throw Broken(what: "cut off") }
            let checksum = rest.prefix(4).reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
            let message = Array(rest.dropFirst(4).prefix(length))
            guard checksum == castagnoli(message) else { throw Broken(what: "checksum") }
            frames.append(Frame(message: try Prometheus_ChunkedReadResponse(serializedBytes: message), size: length))
            rest = rest.dropFirst(4 + length)
        }
        return frames
    }

    /// Bit by bit.
    private static func castagnoli(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        }
    }

    /// Reads frames of `queries` queries; frames of one series that follow each other are one series.
    init(frames body: [UInt8], queries count: Int) throws {
        queries = Array(repeating: [], count: count)
        for frame in try Self.frames(body) {
            let query = Int(frame.message.queryIndex)
            guard let series = frame.message.chunkedSeries.first, frame.message.chunkedSeries.count == 1 else {
                throw Broken(what: "a frame has one series")
            }
            var samples: [XORChunkDecoder.Sample] = []
            for chunk in series.chunks {
                let decoded = try XORChunkDecoder.decode(Array(chunk.data))
                guard chunk.type == .xor, (1...120).contains(decoded.count), decoded.first?.time == chunk.minTimeMs,
                    decoded.last?.time == chunk.maxTimeMs
                else { throw Broken(what: "chunk") }
                samples += decoded
            }
            let labels = series.labels.map { "\($0.name)=\($0.value)" }
            if let last = queries[query].last, last.labels == labels {
                queries[query][queries[query].count - 1].samples += samples
            } else {
                queries[query].append(Series(labels: labels, samples: samples))
            }
        }
    }
}
