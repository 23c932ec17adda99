internal import History
internal import LinearRegex
internal import UsageModel

/// An ad hoc filter of a dashboard: it holds for every query.
struct AdHocFilter: Decodable, Sendable {
    enum Operator: String, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case matches = "=~"
        case matchesNot = "!~"
        case less = "<"
        case greater = ">"
        case oneOf = "=|"
        case noneOf = "!=|"
    }

    /// The attributes to filter by.
    enum Attribute: String, CaseIterable {
        case application, index, key, statistic

        /// The name that `series` has; an application's own series have ``NameMatcher/applicationLevel`` as index.
        func name(of series: StoredSeries) -> AnyName {
            switch self {
            case .application: AnyName(series.key.application)
            case .index: series.key.index.isEmpty ? NameMatcher.applicationLevel : AnyName(series.key.index)
            case .key: AnyName(series.key.key)
            case .statistic: AnyName(series.key.statistic)
            }
        }
    }

    let attribute: Attribute
    private let relation: Operator
    private let value: String
    /// The values of ``Operator/oneOf`` and ``Operator/noneOf``.
    private let values: NameChoice

    private enum CodingKeys: String, CodingKey {
        case key, value, values
        case relation = "operator"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func option<Option: RawRepresentable<String> & CaseIterable>(_ key: CodingKeys) throws -> Option {
            let text = try fields.decode(GrafanaScalar.self, forKey: key).text
            guard let option = Option(rawValue: text) else {
                throw Problem.parameter(
                    GrafanaBody.name(fields.codingPath + [key]), "\"\(text)\" is not known",
                    accepted: Option.allCases.map(\.rawValue).joined(separator: " "))
            }
            return option
        }
        attribute = try option(.key)
        relation = try option(.relation)
        value = try fields.decodeIfPresent(GrafanaScalar.self, forKey: .value)?.text ?? ""
        values = try fields.decodeIfPresent(NameChoice.self, forKey: .values) ?? NameChoice([value])
    }

    /// Whether it selects names, as opposed to leaving some out.
    var isPositive: Bool { [.equal, .matches, .oneOf].contains(relation) }

    /// The series that pass.
    func filter(_ series: [StoredSeries], _ catalogue: GrafanaCatalogue) throws -> [StoredSeries] {
        let names = Set(series.map(attribute.name))
        let passing = try passing(names, known: catalogue.known(attribute, in: series), catalogue.patterns)
        return series.filter { passing.contains(attribute.name(of: $0)) }
    }

    private func passing(
        _ names: Set<AnyName>, known: Set<AnyName>, _ patterns: RegexBudget
    ) throws -> Set<AnyName> {
        switch relation {
        case .equal: try named([value], names, known)
        case .notEqual: names.subtracting(try named([value], names, known))
        case .oneOf: try named(values.texts, names, known)
        case .noneOf: names.subtracting(try named(values.texts, names, known))
        case .matches: try matcher(known, patterns).select(from: names)
        case .matchesNot: names.subtracting(try matcher(known, patterns).select(from: names))
        case .less: names.filter { isName($0) && precedes($0.text, value) }
        case .greater: names.filter { isName($0) && precedes(value, $0.text) }
        }
    }

    private func named(_ values: [String], _ names: Set<AnyName>, _ known: Set<AnyName>) throws -> Set<AnyName> {
        try NameMatcher(literals: values, known: known).select(from: names)
    }

    private func matcher(_ known: Set<AnyName>, _ patterns: RegexBudget) throws -> NameMatcher {
        try NameMatcher(NameChoice([value]), known: known, field: "adhocFilters.value", patterns)
    }

    /// A series without index or key is neither less nor greater than any.
    private func isName(_ name: AnyName) -> Bool { !name.isEmpty && name != NameMatcher.applicationLevel }

    /// Numbers by their size, everything else as bytes.
    private func precedes(_ left: String, _ right: String) -> Bool {
        if let first = Double(left), let second = Double(right) { return first < second }
        return left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
