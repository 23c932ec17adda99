/// The reason why a remote read is rejected, for the client.
package struct RemoteReadRefusal: Error, Sendable, Hashable {
    /// The part of the request that is at fault.
    package enum Part: String, Sendable {
        case body
        case queries
        case matchers
        case responseTypes = "accepted_response_types"
    }

    package let part: Part
    package let detail: String
    /// The request that would be accepted instead.
    package let accepted: String
    /// Whether the body is too large, compressed or not.
    package let isTooLarge: Bool

    init(_ part: Part, _ detail: String, accepted: String, isTooLarge: Bool = false) {
        self.part = part
        self.detail = detail
        self.accepted = accepted
        self.isTooLarge = isTooLarge
    }
}
