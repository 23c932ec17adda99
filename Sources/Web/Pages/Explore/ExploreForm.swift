internal import Presentation
internal import UsageModel

/// The explorer's form, filled as it was given, right or wrong.
struct ExploreForm: ViewModel {
    /// A choice of a select. There are hundreds, which a template would take long for.
    private struct Option {
        var value: String
        var name: String
        var isSelected = false

        var markup: Markup {
            let mark: Markup = isSelected ? " selected" : ""
            return "<option value=\"\(value)\"\(mark)>\(name)</option>"
        }
    }

    /// The same question over another range, from now back.
    struct RangeLink: ViewModel {
        var path: String
        var name: String
        var isCurrent: Bool
    }

    /// Too many names for a select.
    struct List: ViewModel {
        var value: String
        var options: Markup
    }

    /// The parameter at fault.
    struct Marks: ViewModel {
        var parameter: String?

        func child(named name: String) -> Any? { name == parameter }
    }

    var marks: Marks

    // The options of the selects, as HTML.
    var applications: Markup
    var statistics: Markup
    /// The statistics that stand beside the first, among all.
    var moreStatistics: Markup
    var hasIndexSelect: Bool
    var indices: Markup
    var indexList: [List]
    /// The options of all indices, those marked that stand beside the first.
    var moreIndices: Markup
    var hasMoreIndices: Bool
    var hasKeys: Bool
    var keys: Markup
    var ranges: Markup
    var comparisons: Markup
    /// Empty for a question that is wrong: over another range it is wrong as well.
    var rangeLinks: [RangeLink]
    var hasRangeLinks: Bool
    var start: String
    var end: String
    var widths: Markup
    var steps: Markup
    var aggregates: Markup
    var top: String
    /// Whether something is given of what most people leave alone.
    var isDetailed: Bool

    init(_ given: QueryParameters, _ choices: ExploreChoices, wrong parameter: String?) {
        marks = Marks(parameter: parameter)
        let names = (given.all("statistic") ?? [ExploreParameters.defaultStatistic.text]).flatMap {
            $0.unicodeScalars.split(separator: ",").map { String($0) }
        }
        statistics = Self.groups(choices.statistics, chosen: Array(names.prefix(1)))
        moreStatistics = Self.groups(choices.statistics, chosen: Array(names.dropFirst()))
        applications = Self.markup(
            Self.options(choices.applications.map(\.text), given["application"], none: "all applications"))
        let chosen = given.all("index") ?? []
        let index = chosen.first ?? ""
        hasIndexSelect = choices.indices.count <= ExploreChoices.longestSelect
        indices = .empty
        indexList = []
        if hasIndexSelect {
            indices = Self.markup(
                [
                    Option(value: "", name: "application as a whole", isSelected: index.isEmpty),
                    Option(value: "*", name: "all indices", isSelected: index == "*"),
                ] + Self.options(choices.indices.map(\.text), index == "*" ? nil : index))
        } else {
            let options = choices.indices.prefix(ExploreChoices.longestList).map {
                "<option value=\"\($0)\"></option>" as Markup
            }
            indexList = [List(value: index, options: options.joined("\n"))]
        }
        moreIndices = Self.options(
            choices.indices.prefix(ExploreChoices.longestList).map(\.text), all: Array(chosen.dropFirst()))
        hasMoreIndices = !moreIndices.isEmpty
        let key = given["key"]
        hasKeys = !choices.keys.isEmpty || key != nil
        keys = Self.markup(Self.options(choices.keys.map(\.text), key, none: "all"))
        let hasTimes = given["start"] != nil
        let preset = given["range"] ?? (hasTimes ? "" : ExploreParameters.defaultPreset.rawValue)
        ranges = Self.ranges(preset, hasTimes: hasTimes)
        comparisons = Self.comparisons(given["compare"] ?? ExploreParameters.Comparison.none.rawValue)
        rangeLinks = parameter == nil ? Self.rangeLinks(given, current: hasTimes ? "" : preset) : []
        hasRangeLinks = !rangeLinks.isEmpty
        start = given["start"] ?? ""
        end = given["end"] ?? ""
        let width = given["granularity"] ?? ExploreParameters.Width.auto.rawValue
        widths = Self.markup(Self.options(ExploreParameters.Width.allCases.map(\.rawValue), width))
        steps = Self.markup(
            Self.options(CalendarStep.allCases.map(\.rawValue), given["step"], none: "automatic"))
        aggregates = Self.markup(
            Self.options(Aggregate.allCases.map(\.rawValue), given["aggregate"], none: "default of the statistic"))
        top = given["top"] ?? ""
        isDetailed =
            !(start + end + top).isEmpty || given["aggregate"] != nil || names.count > 1 || chosen.count > 1
            || width != ExploreParameters.Width.auto.rawValue
    }

    /// Exact times and the buckets that suit them are not kept.
    private static func rangeLinks(_ given: QueryParameters, current: String) -> [RangeLink] {
        let kept = ["application", "statistic", "index", "key", "aggregate", "compare", "top"].flatMap { name in
            (given.all(name) ?? []).map { (name: name, value: $0) }
        }
        return ExploreParameters.Preset.allCases.map { preset in
            RangeLink(
                path: "\(PageName.explore.path)?\(PercentEncoding.query(kept + [("range", preset.rawValue)]))",
                name: preset.name, isCurrent: preset.rawValue == current)
        }
    }

    // MARK: Options

    private static func markup(_ options: [Option]) -> Markup { options.map(\.markup).joined("\n") }

    private static func ranges(_ preset: String, hasTimes: Bool) -> Markup {
        var ranges = ExploreParameters.Preset.allCases.map {
            Option(value: $0.rawValue, name: $0.name, isSelected: $0.rawValue == preset && !hasTimes)
        }
        if hasTimes {
            ranges.insert(Option(value: "", name: "exact times below", isSelected: true), at: 0)
        } else if !ranges.contains(where: \.isSelected) {
            ranges.append(Option(value: preset, name: preset, isSelected: true))
        }
        return markup(ranges)
    }

    private static func comparisons(_ compared: String) -> Markup {
        var comparisons = ExploreParameters.Comparison.allCases.map {
            Option(value: $0.rawValue, name: $0.words, isSelected: $0.rawValue == compared)
        }
        if !comparisons.contains(where: \.isSelected) {
            comparisons.append(Option(value: compared, name: compared, isSelected: true))
        }
        return markup(comparisons)
    }

    /// `names` with what is given chosen, and added if it is not one of them.
    private static func options(_ names: [String], _ given: String?, none: String? = nil) -> [Option] {
        let given = given ?? ""
        // By bytes: of two names that look alike one is chosen.
        func isGiven(_ name: String) -> Bool { name.utf8.elementsEqual(given.utf8) }
        var options = names.map { Option(value: $0, name: $0, isSelected: isGiven($0)) }
        if !given.isEmpty, !names.contains(where: isGiven) {
            options.append(Option(value: given, name: given, isSelected: true))
        }
        if let none { options.insert(Option(value: "", name: none, isSelected: given.isEmpty), at: 0) }
        return options
    }

    /// `names` with all that are given chosen, and those added that are not among them.
    private static func options(_ names: [String], all given: [String]) -> Markup {
        // By bytes, as above.
        func contains(_ list: [String], _ name: String) -> Bool { list.contains { $0.utf8.elementsEqual(name.utf8) } }
        return markup(
            (names + given.filter { !contains(names, $0) }).map { name in
                Option(value: name, name: name, isSelected: contains(given, name))
            })
    }

    /// The statistics under their headings, those in front whose heading comes first.
    private static func groups(_ statistics: [Statistic], chosen: [String]) -> Markup {
        let names = chosen.compactMap { StatisticName($0) }
        var order: [String] = []
        var groups: [String: [Option]] = [:]
        for statistic in statistics {
            let group = statistic.groupName
            if groups[group] == nil { order.append(group) }
            groups[group, default: []].append(
                Option(
                    value: statistic.name.text, name: "\(statistic.title) · \(statistic.name)",
                    isSelected: names.contains(statistic.name)))
        }
        let stored = Set(statistics.map(\.name))
        let others = chosen.filter { name in StatisticName(name).map { !stored.contains($0) } ?? true }
        if !others.isEmpty {
            order.append("Not stored")
            groups["Not stored"] = others.map { Option(value: $0, name: $0, isSelected: true) }
        }
        return order.map { group in
            "<optgroup label=\"\(group)\">\n\(markup(groups[group] ?? []))</optgroup>" as Markup
        }.joined("\n")
    }
}
