internal import Hummingbird
internal import UsageModel

/// The parameters of a request's query, decoded as HTML forms encode them
/// (`+` is a space), checked against what the endpoint declares.
struct QueryParameters: Sendable {
    private var values: [String: [String]] = [:]

    /// - Parameter ignoringOthers: whether a parameter that is not declared is no error.
    /// - Throws: ``Problem`` for a parameter that is not declared, comes twice or is badly encoded.
    init(_ query: String?, accepting parameters: [Endpoint.Parameter], ignoringOthers: Bool = false) throws {
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if ignoringOthers, !parameters.contains(where: { $0.name == Self.decode(parts[0]) }) { continue }
            guard let name = Self.decode(parts[0]), let value = Self.decode(parts.count > 1 ? parts[1] : "") else {
                throw Problem.parameter(
                    String(parts[0]), "the query has bytes that are not percent-encoded UTF-8: \(pair)",
                    accepted: "percent-encoded UTF-8")
            }
            guard let parameter = parameters.first(where: { $0.name == name }) else {
                throw Problem.parameter(
                    name, "there is no parameter \"\(name)\" here",
                    accepted: parameters.isEmpty
                        ? "no parameter" : parameters.map(\.name).joined(separator: ", "))
            }
            if values[name] != nil, !parameter.repeats {
                throw Problem.parameter(name, "\"\(name)\" is given more than once", accepted: "one value")
            }
            values[name, default: []].append(value)
        }
        for parameter in parameters where parameter.isRequired && (values[parameter.name] ?? [""]) == [""] {
            throw Problem.parameter(parameter.name, "\"\(parameter.name)\" is missing", accepted: parameter.summary)
        }
    }

    /// These parameters, which come from the program.
    init(_ values: [String: [String]]) { self.values = values }

    /// All readable parameters of a query, unchecked: to show a form as it was filled.
    init(unchecked query: String?) {
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(parts[0]), let value = Self.decode(parts.count > 1 ? parts[1] : "") else {
                continue
            }
            values[name, default: []].append(value)
        }
    }

    /// The one value of a parameter; nil when it is absent or empty.
    subscript(name: String) -> String? {
        guard let value = values[name]?.first, !value.isEmpty else { return nil }
        return value
    }

    /// Every value of a parameter that may repeat; nil when it is absent or empty.
    func all(_ name: String) -> [String]? {
        let all = (values[name] ?? []).filter { !$0.isEmpty }
        return all.isEmpty ? nil : all
    }

    /// The same as names.
    /// - Throws: ``Problem`` for what cannot be a name.
    func names<Kind>(_ name: String) throws -> [VendorName<Kind>]? {
        try all(name)?.map { try Self.name($0, of: name) }
    }

    /// The parts of a comma list; nil when it is absent or empty.
    func list<Kind>(_ name: String) throws -> [VendorName<Kind>]? {
        // By scalars: a comma and the accent after it are one character.
        let parts = (self[name] ?? "").unicodeScalars.split(separator: ",").map { String($0) }
        return parts.isEmpty ? nil : try parts.map { try Self.name($0, of: name) }
    }

    /// The parts of all values of a parameter that may repeat, each a comma list; every name once.
    func lists<Kind>(_ name: String) throws -> [VendorName<Kind>]? {
        let names: [VendorName<Kind>] = try (all(name) ?? []).flatMap { value in
            try QueryParameters([name: [value]]).list(name) ?? []
        }
        var seen = Set<VendorName<Kind>>()
        return names.isEmpty ? nil : names.filter { seen.insert($0).inserted }
    }

    private static func name<Kind>(_ text: String, of parameter: String) throws -> VendorName<Kind> {
        guard let name = VendorName<Kind>(text) else {
            throw Problem.parameter(
                parameter, "a name cannot contain the character NUL", accepted: "a name without it")
        }
        return name
    }

    /// One of a fixed set of words.
    func option<Option: RawRepresentable<String>>(
        _ name: String, of options: [Option], default value: Option
    ) throws -> Option {
        guard let text = self[name] else { return value }
        guard let option = options.first(where: { $0.rawValue == text }) else {
            throw Problem.parameter(
                name, "\"\(text)\" is not a valid \(name)",
                accepted: options.map(\.rawValue).joined(separator: ", "))
        }
        return option
    }

    static func decode(_ text: Substring) -> String? {
        PercentEncoding.validated(text, plusIsSpace: true)
    }
}
