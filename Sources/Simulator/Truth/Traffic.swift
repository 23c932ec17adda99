import UsageModel

/// The searches of one application, hour by hour: growth over the years, a
/// season, a week, a day, campaigns, and noise.
struct Traffic: Sendable {
    /// Searches in an average hour at the origin.
    let searchesPerHour: Double
    /// The hour at which growth is 1.
    private let origin: Int64
    private let weather: Noise
    private let campaigns: Noise

    /// Share of days that have a campaign.
    private static let campaignDays = 0.12

    /// Relative traffic by hour of the day, UTC: a European shop.
    private static let day: [Double] = [
        0.45, 0.36, 0.30, 0.27, 0.28, 0.36, 0.52, 0.74, 0.95, 1.10, 1.18, 1.22,
        1.27, 1.24, 1.20, 1.20, 1.24, 1.32, 1.42, 1.55, 1.62, 1.48, 1.12, 0.72,
    ]

    /// Relative traffic by day of the week. 1970-01-01 was a Thursday.
    private static let week: [Double] = [0.98, 1.05, 1.18, 1.22, 1.00, 0.94, 0.96]

    init(noise: Noise, origin: UnixTime) {
        searchesPerHour = 80_000 + 320_000 * noise.stream("scale").unit(0)
        self.origin = origin.hour
        weather = noise.stream("weather")
        campaigns = noise.stream("campaigns")
    }

    /// Growth at an hour, 1 at the origin: about a fifth a year, and never
    /// zero however far back.
    func growth(_ hour: Int64) -> Double {
        let years = Double(hour - origin) / (365.25 * 24)
        return years >= 0 ? 1 + 0.2 * years : 1 / (1 - 0.2 * years)
    }

    /// How many times the usual traffic a campaign brings in an hour. A
    /// campaign begins between 8 and 17 o'clock and lasts two to six hours.
    func burst(_ hour: Int64) -> Double {
        let (day, hourOfDay) = hour.dayAndHour
        guard campaigns.unit(day * 4) < Self.campaignDays else { return 1 }
        let start = 8 + campaigns.below(10, day * 4 + 1)
        let length = 2 + campaigns.below(5, day * 4 + 2)
        guard hourOfDay >= start, hourOfDay < start + length else { return 1 }
        return 1.4 + 1.6 * campaigns.unit(day * 4 + 3)
    }

    /// Searches of the whole application in the hour, not rounded.
    func searches(_ hour: Int64, burst: Double) -> Double {
        let (day, hourOfDay) = hour.dayAndHour
        let weekday = Int(((day % 7) + 7) % 7)
        let noise = 0.88 + 0.12 * (weather.unit(hour * 2) + weather.unit(hour * 2 + 1))
        return searchesPerHour * growth(hour) * season(day) * Self.day[Int(hourOfDay)] * Self.week[weekday]
            * burst * noise
    }

    /// A triangular year, highest in winter.
    private func season(_ day: Int64) -> Double {
        let phase = Double(((day % 365) + 365) % 365) / 365
        return 0.88 + 0.24 * abs(2 * phase - 1)
    }
}

extension Int64 {
    /// The hours since 1970 of a time in seconds since 1970.
    var hour: Int64 { Granularity.hourly.floor(self) / 3600 }

    /// Splits hours since 1970 into days since 1970 and the hour of that day.
    var dayAndHour: (day: Int64, hour: Int64) {
        let day = Granularity.daily.floor(self * 3600) / 86_400
        return (day, self - day * 24)
    }
}
