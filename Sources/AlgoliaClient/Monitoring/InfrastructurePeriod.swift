/// How far back an infrastructure answer reaches, and how dense its points are.
public enum InfrastructurePeriod: String, Sendable, CaseIterable {
    case minute, hour, day, week, month

    /// Seconds from one point to the next.
    public var step: Int64 {
        switch self {
        case .minute: 10
        case .hour: 60
        case .day: 600
        case .week: 3600
        case .month: 86_400
        }
    }

    /// Seconds that an answer reaches back.
    public var length: Int64 {
        switch self {
        case .minute: 60
        case .hour: 3600
        case .day: 86_400
        case .week: 7 * 86_400
        case .month: 30 * 86_400
        }
    }
}
