/// A metric that the registry of Usage API v2 lists.
///
/// The registry says nothing about its unit, its kind or its shape, so nothing may be added up of it.
public struct BillingMetric: Sendable, Hashable {
    /// Algolia's name, in requests and answers.
    public var name: StatisticName
    /// Algolia's short name for people; may be empty.
    public var label: String
    /// Algolia's description; may be empty.
    public var description: String

    public init(name: StatisticName, label: String = "", description: String = "") {
        self.name = name
        self.label = label
        self.description = description
    }

    /// The name under which it is stored and served: `billing_` and Algolia's name.
    public var statistic: StatisticName { .billingPrefix + name }

    /// A description for people; empty when the registry has none.
    public var meaning: String {
        let texts = [label, description].filter { !$0.isEmpty }
        return texts.count == 2 && label == description ? label : texts.joined(separator: ": ")
    }
}

extension VendorName where Kind == StatisticNameKind {
    /// The beginning of the names of all billing metrics.
    public static var billingPrefix: StatisticName { "billing_" }

    /// Whether a billing metric of Usage API v2 is stored under this name. An answer to `*` is not about it.
    public var isBilling: Bool { text.utf8.starts(with: Self.billingPrefix.text.utf8) }

    /// Algolia's name of a billing metric; nil for the name of any other statistic.
    public var billingName: StatisticName? {
        isBilling ? StatisticName(String(text.unicodeScalars.dropFirst(Self.billingPrefix.text.utf8.count))) : nil
    }
}

extension Statistic {
    /// The description of a billing metric.
    /// - Parameter metric: what the registry says about it; nil when that is not known.
    public static func billing(_ name: StatisticName, _ metric: BillingMetric? = nil) -> Statistic {
        let meaning = metric?.meaning ?? ""
        return Statistic(
            name: name, api: .usageV2, group: "billing", kind: .level, unit: .unknown, shape: .scalar, perIndex: false,
            meaning: meaning.isEmpty ? "a billing metric of Usage API v2" : meaning, isKnown: false)
    }
}
