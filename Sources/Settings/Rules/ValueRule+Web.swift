internal import Transport
internal import UsageModel

extension ValueRule<String> {
    /// The highest cost of a hash: one check takes a second or so.
    private static var highestCost: Int { 14 }

    /// A bcrypt hash. What it is instead is not shown: it may be the password.
    static var bcrypt: Self {
        let expected = "a bcrypt hash such as `htpasswd -nBC 10 \"\"` prints, beginning with $2y$"
        return ValueRule(expected: expected) { text throws(Complaint) in
            // The last characters of salt and hash hold 2 and 4 bits: with others no password would ever be right.
            let form = /\$2[aby]\$([0-9]{2})\$[.\/A-Za-z0-9]{21}[.Oeu][.\/A-Za-z0-9]{30}[.CGKOSWaeimquy26]/
            guard let match = text.wholeMatch(of: form), let cost = Int(match.1) else {
                throw Complaint(found: "the value (not shown) is not a bcrypt hash", expected: expected)
            }
            guard (4...highestCost).contains(cost) else {
                throw Complaint(
                    found: "the bcrypt hash has cost \(cost)",
                    expected: "4 to \(highestCost): each step doubles the time that a password takes to check")
            }
            return text
        }
    }

    /// The path of a PEM file.
    /// - Parameter folder: where relative paths begin, with a slash at its end; empty for the working directory.
    static func file(in folder: String) -> Self {
        let rule = ValueRule.text("the path of a PEM file")
        return ValueRule(expected: rule.expected) { text throws(Complaint) in
            let path = try rule.read(text)
            return path.hasPrefix("/") ? path : folder + path
        }
    }

    /// One of these texts.
    static func choice(of texts: [String]) -> Self {
        let expected = (texts.count > 1 ? "one of " : "") + texts.joined(separator: ", ")
        return ValueRule(expected: expected) { text throws(Complaint) in
            guard texts.contains(text) else {
                throw Complaint(found: "\(ShownText.quoted(text)) is not accepted", expected: expected)
            }
            return text
        }
    }

    /// The value of a header of every response.
    static var responseHeader: Self {
        let rule = ValueRule<SecretSource>.headerValue
        return ValueRule(expected: rule.expected) { text throws(Complaint) in
            _ = try rule.read(text)
            return text.withoutSurroundingSpace
        }
    }
}

extension ValueRule where Value: RawRepresentable<String> & CaseIterable {
    /// A case by its name.
    static var named: Self {
        let rule = ValueRule<String>.choice(of: Value.allCases.map(\.rawValue))
        return ValueRule(expected: rule.expected) { text throws(Complaint) in
            guard let value = Value(rawValue: text) else {
                throw Complaint(found: "\(ShownText.quoted(text)) is not accepted", expected: rule.expected)
            }
            return value
        }
    }
}

extension ValueRule<WebSecurity.ClientPolicy> {
    /// `client_auth_type`, with the name that older files have for one.
    static var clientPolicy: Self {
        let rule = ValueRule.named
        return ValueRule(expected: rule.expected) { text throws(Complaint) in
            text == "RequireClientCert" ? .requireAny : try rule.read(text)
        }
    }
}

extension ValueRule<WebSecurity.CipherSuite> {
    /// A suite that can be chosen.
    static var cipherSuite: Self {
        let rule = ValueRule.named
        return ValueRule(expected: rule.expected) { text throws(Complaint) in
            guard !text.hasPrefix("TLS_AES_"), text != "TLS_CHACHA20_POLY1305_SHA256" else {
                throw Complaint(
                    found: "\(text) belongs to TLS 1.3, whose suites cannot be chosen",
                    expected: "suites for TLS 1.2 and older only")
            }
            return try rule.read(text)
        }
    }
}
