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

    init(_ part: Part, _ detail: String, accepted: String) {
        self.part = part
        self.detail = detail
        self.accepted = accepted
    }
}
