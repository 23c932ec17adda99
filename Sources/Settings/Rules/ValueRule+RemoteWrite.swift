internal import Transport
internal import UsageModel

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// A receiver's URL, and what it is called unless it has a name.
struct RemoteWriteAddress {
    var url: String
    /// Host, port and path.
    var name: String
}

extension ValueRule<RemoteWriteAddress> {
    /// Where to send to. A password in it is refused and not repeated, because URLs are shown.
    static var remoteWriteURL: Self {
        let expected = "an http or https URL such as https://mimir.example.com/api/v1/push"
        return ValueRule(expected: expected) { text throws(Complaint) in
            func complaint(_ reason: String) -> Complaint { Complaint(found: reason, expected: expected) }
            guard let url = URLComponents(string: text, encodingInvalidCharacters: false),
                let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https"
            else {
                // Text that is not a URL may still contain a password.
                let shown = text.contains("@") || text.contains("?") ? "the text (not shown)" : ShownText.quoted(text)
                throw complaint("\(shown) is not an http or https URL")
            }
            guard url.user == nil, url.password == nil else {
                throw Complaint(found: "the URL has a user or password", expected: "basic_auth instead")
            }
            guard let host = url.host, !host.isEmpty else { throw complaint("the URL has no host") }
            guard url.port.map({ (1...65535).contains($0) }) ?? true else {
                throw complaint("the port is not between 1 and 65535")
            }
            guard url.fragment == nil else { throw complaint("the URL has a fragment") }
            return RemoteWriteAddress(
                url: text, name: host + (url.port.map { ":\($0)" } ?? "") + (url.path == "/" ? "" : url.path))
        }
    }
}

extension ValueRule<String> {
    /// The name of a destination.
    static var remoteName: Self {
        let expected = "a name: visible characters and spaces, at most 200"
        return ValueRule(expected: expected) { text throws(Complaint) in
            let name = text.withoutSurroundingSpace
            guard !name.isEmpty else { throw Complaint(found: "it is empty", expected: expected) }
            guard name.count <= 200, name.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
                throw Complaint(found: "it is not a name", expected: expected)
            }
            return String(name)
        }
    }

    /// A user's name of basic authentication, which ends at a colon.
    static var userName: Self {
        let expected = "a user name without a colon"
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard !text.isEmpty, !text.contains(":"), text.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) else {
                throw Complaint(found: "it is not a user name (not shown)", expected: expected)
            }
            return text
        }
    }

    /// The word before the credentials.
    static var authorizationType: Self {
        let expected = "one word such as Bearer"
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard text.wholeMatch(of: /[A-Za-z][A-Za-z0-9\-]{0,31}/) != nil else {
                throw Complaint(found: "it is not a type of authorization (not shown)", expected: expected)
            }
            guard text.lowercased() != "basic" else {
                throw Complaint(found: "Basic needs a user", expected: "basic_auth instead")
            }
            return text
        }
    }
}

extension ValueRule<RemoteWriteMessage> {
    /// The message of a version of remote write.
    static var protobufMessage: Self {
        let names = RemoteWriteMessage.allCases.map(\.rawValue)
        let expected = "\(names.joined(separator: " or ")), or remove the key to detect it"
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard let message = RemoteWriteMessage(rawValue: text) else {
                throw Complaint(found: "\(ShownText.quoted(text)) is not a remote write message", expected: expected)
            }
            return message
        }
    }
}

extension ValueRule<SecretSource> {
    /// A password: anything on one line. Never repeated in a complaint.
    static var password: Self {
        let expected = "a password on one line"
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard !text.isEmpty, !text.contains(where: \.isNewline) else {
                throw Complaint(found: "it is empty or has several lines (not shown)", expected: expected)
            }
            return .value(text)
        }
    }

    /// A header's value, which may be a secret.
    static var headerValue: Self {
        let expected = "a text of visible ASCII characters and spaces"
        return ValueRule(expected: expected) { text throws(Complaint) in
            let value = text.withoutSurroundingSpace
            guard !value.isEmpty, value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
                throw Complaint(found: "it is not a header value (not shown)", expected: expected)
            }
            return .value(String(value))
        }
    }

    /// The path of a file that holds a secret.
    static var secretFile: Self {
        let path = ValueRule<String>.text("the path of a file that holds the secret")
        return ValueRule(expected: path.expected) { text throws(Complaint) in
            guard text.contains("/") || !ShownText.mayHoldKey(text) else {
                throw Complaint(
                    found: "it looks like the secret itself (not shown)",
                    expected: "\(path.expected), with ./ before a name like this")
            }
            return .file(try path.read(text))
        }
    }
}

extension ValueRule<Double> {
    /// A duration of at least `minimum` and at most ten years, in seconds, to the millisecond.
    static func fineDuration(atLeast minimum: Double) -> Self {
        let expected = "a number with a unit such as 30ms, 5s or 2m"
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard let milliseconds = DurationText.parseMilliseconds(text) else {
                throw Complaint(found: "\(ShownText.quoted(text)) is not a duration", expected: expected)
            }
            let seconds = Double(milliseconds) / 1000
            guard seconds >= minimum else {
                throw Complaint(
                    found: "\(text) is too short", expected: "at least \(Int((minimum * 1000).rounded()))ms")
            }
            guard seconds <= Double(ValueRule<Int64>.longest) else {
                throw Complaint(
                    found: "\(text) is too long",
                    expected: "at most \(DurationText.string(ValueRule<Int64>.longest))")
            }
            return seconds
        }
    }
}
