public import Forecast
internal import UsageModel

/// The cost of what is projected beyond a limit, in the contract's currency.
public struct ExcessCost: Sendable, Hashable {
    /// A code such as `USD`.
    public var currency: String
    /// The cost of the projection's excess; 0 when it stays within the limit.
    public var mean: Double
    /// The costs of the projection's bounds.
    public var bounds: ForecastPoint.Bounds
}

extension ExcessCost {
    init(_ projection: Projection, beyond agreed: Double, at price: ExcessPrice) {
        // The excess never falls as the use rises, so that bounds remain bounds.
        let cost = Outlook(mean: projection.mean, bounds: projection.bounds)
            .map { max($0 - agreed, 0) / 1000 * price.per1000 }
        currency = price.currency
        mean = cost.mean
        bounds = cost.bounds
    }
}

extension LimitReport {
    /// The cost of the excess at the end of the period or term; nil without a price, a limit or a projection.
    public var excessCost: ExcessCost? {
        guard let price, let agreed, let projection else { return nil }
        return ExcessCost(projection, beyond: agreed, at: price)
    }
}
