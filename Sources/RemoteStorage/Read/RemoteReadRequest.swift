internal import Snappy
internal import SwiftProtobuf
internal import UsageModel

/// A request of the remote read protocol.
package struct RemoteReadRequest: Sendable {
    package struct Query: Sendable {
        /// The range of samples in milliseconds, both ends inclusive.
        var start: Int64
        var end: Int64
        var matchers: [LabelMatcher]

        /// The buckets of one granularity whose ends the query asks for, as far as they are complete.
        func buckets(_ granularity: Granularity, now: UnixTime) -> TimeRange {
            let first = start / 1000 + (start % 1000 > 0 ? 1 : 0)
            let last = min(end / 1000 - (end % 1000 < 0 ? 1 : 0), now)
            return TimeRange(first - granularity.seconds, last - granularity.seconds + 1)
        }
    }

    /// The form of the answer.
    enum Form {
        case samples, chunks
    }

    let queries: [Query]
    let form: Form

    /// Reads a body: a block of snappy that holds a `ReadRequest`.
    init(_ body: [UInt8], limits: RemoteReadLimits) throws(RemoteReadRefusal) {
        guard body.count <= limits.bodyBytes else { throw .largeBody(limits) }
        let bytes: [UInt8]
        do {
            bytes = try Snappy.decompress(body, limit: limits.bodyBytes)
        } catch {
            if case .tooLarge = error { throw .largeBody(limits) }
            throw RemoteReadRefusal(
                .body, "the body cannot be decompressed: \(error)",
                accepted: "a prometheus.ReadRequest, compressed with snappy (block format)")
        }
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        guard let message = try? Prometheus_ReadRequest(serializedBytes: bytes, options: options) else {
            throw RemoteReadRefusal(
                .body, "the body was decompressed with snappy, but is not the protobuf message prometheus.ReadRequest",
                accepted: "a prometheus.ReadRequest, compressed with snappy (block format)")
        }
        guard message.queries.count <= limits.queries else {
            throw RemoteReadRefusal(
                .queries, "the request has \(message.queries.count) queries, more than \(limits.queries)",
                accepted: "at most \(limits.queries) queries a request")
        }
        form = try Self.form(message.acceptedResponseTypes)
        var queries: [Query] = []
        for query in message.queries {
            guard query.matchers.count <= limits.matchers else {
                throw RemoteReadRefusal(
                    .matchers, "a query has \(query.matchers.count) matchers, more than \(limits.matchers)",
                    accepted: "at most \(limits.matchers) matchers a query")
            }
            var matchers: [LabelMatcher] = []
            for matcher in query.matchers { matchers.append(try LabelMatcher(matcher)) }
            queries.append(Query(start: query.startTimestampMs, end: query.endTimestampMs, matchers: matchers))
        }
        self.queries = queries
    }

    /// The first form that is known here, in the client's order of preference.
    private static func form(_ accepted: [Prometheus_ReadRequest.ResponseType]) throws(RemoteReadRefusal) -> Form {
        for type in accepted {
            switch type {
            case .samples: return .samples
            case .streamedXorChunks: return .chunks
            case .UNRECOGNIZED: continue
            }
        }
        guard accepted.isEmpty else {
            let types = accepted.map { String($0.rawValue) }.joined(separator: ", ")
            throw RemoteReadRefusal(
                .responseTypes, "no response type of the request is known: \(types)",
                accepted: "SAMPLES (0), STREAMED_XOR_CHUNKS (1), or none for SAMPLES")
        }
        return .samples
    }
}

extension RemoteReadRefusal {
    package static func largeBody(_ limits: RemoteReadLimits) -> RemoteReadRefusal {
        RemoteReadRefusal(
            .body, "the body has more than \(limits.bodyBytes) bytes, compressed or decompressed",
            accepted: "at most \(limits.bodyBytes) bytes: fewer queries, or shorter matchers", isTooLarge: true)
    }
}
