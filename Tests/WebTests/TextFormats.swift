import TestSupport
import Testing
import UsageModel

/// A page in the text format, read as Prometheus reads it.
struct ExpositionPage {
    struct Series: Hashable {
        var name: String
        var labels: [String: String]
    }

    private(set) var samples: [Series: String] = [:]
    private(set) var types: [String: String] = [:]

    init(_ text: String) throws {
        #expect(PlainEnglish.avoided(in: text).isEmpty)
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                #expect(types.updateValue(String(words[3]), forKey: String(words[2])) == nil, "twice: \(line)")
            } else if !line.hasPrefix("#") {
                let (series, value) = try #require(Self.sample(line), "\(line)")
                #expect(samples.updateValue(value, forKey: series) == nil, "twice: \(line)")
            }
        }
    }

    /// A sample's value as an integer or real.
    func value(_ name: String, _ labels: [String: String] = ["application": "APP"]) -> PointValue? {
        samples[Series(name: name, labels: labels)].flatMap(Self.number)
    }

    func samples(of name: String) -> [Series: String] { samples.filter { $0.key.name == name } }

    static func number(_ text: String) -> PointValue? {
        Int64(text).map(PointValue.integer) ?? Double(text).map(PointValue.real)
    }

    private static func sample(_ line: Substring) -> (Series, String)? {
        var rest = line.unicodeScalars[...]
        var name = ""
        while let scalar = rest.first, scalar != "{", scalar != " " {
            name.unicodeScalars.append(scalar)
            rest.removeFirst()
        }
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest.removeFirst()
            while rest.first != "}" {
                guard let (label, value) = label(&rest) else { return nil }
                labels[label] = value
                if rest.first == "," { rest.removeFirst() }
            }
            rest.removeFirst()
        }
        guard rest.popFirst() == " " else { return nil }
        return (Series(name: name, labels: labels), String(rest))
    }

    private static func label(_ rest: inout Substring.UnicodeScalarView) -> (String, String)? {
        guard let equals = rest.firstIndex(of: "=") else { return nil }
        let name = String(rest[..<equals])
        rest = rest[equals...].dropFirst()
        guard rest.popFirst() == "\"" else { return nil }
        var value = String.UnicodeScalarView()
        while let scalar = rest.popFirst(), scalar != "\"" {
            guard scalar == "\\" else {
                value.append(scalar)
                continue
            }
            switch rest.popFirst() {
            case "n": value.append("\n")
            case "\\": value.append("\\")
            case "\"": value.append("\"")
            default: return nil
            }
        }
        return (name, String(value))
    }
}

/// Records of fields, read as RFC 4180 says.
func parseCSV(_ text: String) -> [[String]] {
    var records: [[String]] = []
    var record: [String] = []
    var field = String.UnicodeScalarView()
    var isQuoted = false
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
        switch scalar {
        case "\"" where !isQuoted: isQuoted = true
        case "\"" where rest.first == "\"":
            rest.removeFirst()
            field.append("\"")
        case "\"": isQuoted = false
        case "," where !isQuoted:
            record.append(String(field))
            field = .init()
        case "\n" where !isQuoted:
            records.append(record + [String(field)])
            record = []
            field = .init()
        default: field.append(scalar)
        }
    }
    return records
}
