internal import Transport
internal import LinearRegex
internal import UsageModel

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension ValueRule<String> {
    /// Any text with something in it.
    static func text(_ expected: String) -> Self {
        ValueRule(expected: expected) { text throws(Complaint) in
            guard text.contains(where: { !$0.isWhitespace }) else {
                throw Complaint(found: "it is empty", expected: expected)
            }
            return text
        }
    }

    /// The value of a label; white space around it is dropped.
    static var labelValue: Self {
        let longest = 200
        let expected = "a text of visible characters and spaces, at most \(longest) bytes"
        return ValueRule(expected: expected) { text throws(Complaint) in
            let value = text.withoutSurroundingSpace
            guard !value.isEmpty else { throw Complaint(found: "it is empty", expected: expected) }
            guard value.utf8.count <= longest,
                value.unicodeScalars.allSatisfy({ $0.properties.generalCategory.isShown })
            else { throw Complaint(found: "\(ShownText.quoted(value)) is not a label's value", expected: expected) }
            return value
        }
    }

    /// The code of a currency.
    static var currency: Self {
        let expected = "the code of a currency such as USD"
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard text.wholeMatch(of: /[A-Z]{3}/) != nil else {
                throw Complaint(found: "\(ShownText.quoted(text)) is not the code of a currency", expected: expected)
            }
            return text
        }
    }

    /// The pattern of a regular expression that compiles.
    static var regex: Self {
        let expected = "a regular expression in RE2 syntax"
        return ValueRule(expected: expected) { text throws(Complaint) in
            do {
                _ = try LinearRegex(text)
            } catch {
                // The reason quotes a part of the text.
                let reason = ShownText.mayHoldKey(text) ? "" : ": \(error)"
                throw Complaint(
                    found: "\(ShownText.quoted(text)) is not a regular expression\(reason)", expected: "")
            }
            return text
        }
    }

    /// The base URL of an API.
    static var endpoint: Self {
        let expected = "an http or https URL such as https://usage.algolia.com, {application} allowed"
        return ValueRule(expected: expected) { text throws(Complaint) in
            func complaint(_ reason: String) -> Complaint { Complaint(found: reason, expected: expected) }
            let sample = text.replacing("{application}", with: "app")
            guard let url = URLComponents(string: sample, encodingInvalidCharacters: false),
                let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https"
            else { throw complaint("\(ShownText.quoted(text)) is not an http or https URL") }
            // From here on the URL may hold a password, and is not shown.
            guard url.user == nil, url.password == nil else { throw complaint("the URL has a user or password") }
            guard let host = url.host, !host.isEmpty else { throw complaint("the URL has no host") }
            guard url.port.map({ (1...65535).contains($0) }) ?? true else {
                throw complaint("the port is not between 1 and 65535")
            }
            guard url.query == nil, url.fragment == nil else { throw complaint("the URL has a query or fragment") }
            return text
        }
    }
}

extension ValueRule<ApplicationID> {
    /// An application's id. ASCII alone: it stands in host names, headers and labels.
    static var applicationID: Self {
        let expected = "an application id: at most 30 letters, digits, - and _"
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard !text.isEmpty else { throw Complaint(found: "it is empty", expected: expected) }
            let isID = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "-" || $0 == "_" }
            guard isID, text.utf8.count <= 30, let id = ApplicationID(text) else {
                throw Complaint(found: "\(ShownText.quoted(text)) is not an application id", expected: expected)
            }
            return id
        }
    }
}

extension ValueRule {
    /// A name that Algolia or its customer chose, or a pattern of such.
    static func name<Kind>(_ expected: String) -> Self where Value == VendorName<Kind> {
        let rule = ValueRule<String>.text(expected)
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard let name = VendorName<Kind>(try rule.read(text)) else {
                throw Complaint(found: "it contains the character NUL", expected: expected)
            }
            return name
        }
    }
}

extension ValueRule<ServerName> {
    /// A cluster's name, which stands in a path between commas.
    static var clusterName: Self {
        let expected = "the name of a cluster such as c4-fr"
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard !text.isEmpty else { throw Complaint(found: "it is empty", expected: expected) }
            let isName = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "-" || $0 == "_" }
            guard isName, let name = ServerName(text) else {
                throw Complaint(found: "\(ShownText.quoted(text)) is not the name of a cluster", expected: expected)
            }
            return name
        }
    }
}

extension ValueRule<SecretSource> {
    /// An API key itself; white space around it is dropped. Never repeated in a complaint.
    static var key: Self {
        let expected = "an API key: visible ASCII characters without spaces"
        return ValueRule(expected: expected) { text throws(Complaint) in
            let key = text.withoutSurroundingSpace
            guard !key.isEmpty else { throw Complaint(found: "it is empty", expected: expected) }
            guard key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw Complaint(found: "it is not a key (not shown)", expected: expected)
            }
            return .value(key)
        }
    }

    /// The path of a file that holds a key. What looks like the key itself is
    /// refused, because paths are shown in errors and logs.
    static var keyFile: Self {
        let path = ValueRule<String>.text("the path of a file that holds a key")
        return ValueRule(expected: path.expected) { text throws(Complaint) in
            guard text.contains("/") || !ShownText.mayHoldKey(text) else {
                throw Complaint(
                    found: "it looks like a key itself (not shown)",
                    expected: "\(path.expected), with ./ before a name like this")
            }
            return .file(try path.read(text))
        }
    }
}

extension String {
    /// Without the white space and line ends around it.
    var withoutSurroundingSpace: String {
        guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[...last].drop { $0.isWhitespace })
    }
}

extension Unicode.GeneralCategory {
    /// Whether a reader sees the character, or a space: no control, no line end, no mark of direction.
    fileprivate var isShown: Bool {
        switch self {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}

extension ValueRule<TimeZone> {
    /// A zone by its name.
    static var timeZone: Self {
        ValueRule(expected: TimeZoneName.accepted) { text throws(Complaint) in
            guard let zone = TimeZoneName.zone(text) else {
                throw Complaint(found: "\(ShownText.quoted(text)) is not a time zone", expected: TimeZoneName.accepted)
            }
            return zone
        }
    }
}

/// The names of time zones that the configuration and the command line accept.
public enum TimeZoneName {
    /// For error messages.
    public static let accepted = "the name of a time zone such as UTC, Europe/Berlin or America/New_York"

    /// A zone by its name in the IANA database; nil when there is none, also for what Foundation takes beside:
    /// abbreviations, of which several zones have the same, and offsets.
    public static func zone(_ name: String) -> TimeZone? {
        if name == "UTC" { return .gmt }
        return name.contains("/") ? TimeZone(identifier: name) : nil
    }
}
