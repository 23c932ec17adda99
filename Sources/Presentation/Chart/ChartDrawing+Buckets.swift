public import UsageModel

extension ChartDrawing {
    /// The most series that a tooltip lists.
    private static let mostNamed = 12
    /// Characters of a series' name in a tooltip.
    private static let longestName = 40

    /// The plot without gutters and labels.
    var plot: String {
        """
        <rect class="plot" x="0" y="\(SVGNumber.string(top))" width="100%" height="\(SVGNumber.string(plotHeight))" \
        data-start="\(chart.range.start)" data-end="\(chart.range.end)"/>
        """
    }

    /// Stretches without data, hatched from top to bottom.
    var missing: String {
        missingRanges.map { range in
            let place = extent(range)
            return """
                <rect class="missing" fill="url(#\(id)-missing)" x="\(SVGNumber.percent(place.start))" \
                y="\(SVGNumber.string(top))" width="\(SVGNumber.percent(place.width))" \
                height="\(SVGNumber.string(plotHeight))"/>
                """
        }.joined()
    }

    /// One element a bucket, over everything else.
    ///
    /// Links are not stops of the Tab key: hundreds of them would stand between a reader and the rest of the page. The
    /// pages' tables and lists of months, days and ranges lead to the same views.
    var bucketElements: String {
        let areMany = buckets.names.count > 1
        let names = buckets.names.prefix(Self.mostNamed).map { name in
            Phrase.name(LabelText.shortened(name, most: Self.longestName))
        }
        let address = HTMLText.escape(chart.zoom?.address ?? "")
        return buckets.buckets.map { bucket in
            let place = extent(bucket.range)
            let values = bucket.values.map(exact).joined(separator: " ")
            let content = """
                class="bucket" data-start="\(bucket.range.start)" data-end="\(bucket.range.end)" \
                data-values="\(values)"><title>\(HTMLText.escape(words(bucket, names, areMany: areMany)))</title>\
                <rect x="\(SVGNumber.percent(place.start))" y="\(SVGNumber.string(top))" \
                width="\(SVGNumber.percent(place.width))" height="\(SVGNumber.string(plotHeight))"/>
                """
            guard let link = link(bucket) else { return "<g \(content)</g>" }
            return "<a href=\"\(address)&amp;\(link)\" tabindex=\"-1\" \(content)</a>"
        }.joined()
    }

    /// The part of the link that differs between buckets, escaped. Nil for what is still to come, and where nothing finer
    /// is known.
    private func link(_ bucket: ChartBuckets.Bucket) -> String? {
        guard !bucket.isForecast, !bucket.isMissing || bucket.range.start < pastEnd else { return nil }
        return chart.zoom?.query(bucket.range, separator: "&amp;")
    }

    /// The place of a range within the plot, in shares of its width.
    private func extent(_ range: TimeRange) -> (start: Double, width: Double) {
        let shown = range.intersection(chart.range)
        return (share(shown.start), share(shown.end) - share(shown.start))
    }

    /// A value with all its digits; a dash for none. Of several, their sum where they add up, else the highest.
    private func exact(_ value: ChartBuckets.Value?) -> String {
        guard let value else { return "-" }
        let number = chart.addsUp ? value.sum : value.highest
        return Int64(exactly: number).map(String.init) ?? "\(number)"
    }

    /// The period, then each series with its figure.
    private func words(_ bucket: ChartBuckets.Bucket, _ names: [String], areMany: Bool) -> String {
        var period = CalendarText.bucket(bucket.range)
        if bucket.isRunning { period += " so far" }
        let most = bucket.values.compactMap { $0?.count }.max() ?? 0
        if most > 1 { period += ", \(chart.addsUp ? "sum" : "lowest to highest") of \(Figure.count(most, "value"))" }
        if bucket.isMissing { return "\(period): no data" }
        let figures = zip(names, bucket.values).compactMap { name, value -> String? in
            // A measured period has no forecast, and the other way round.
            guard areMany else { return figure(value) }
            guard value != nil || !hasForecast else { return nil }
            return "\(name): \(figure(value))"
        }
        let more = bucket.values.count - names.count
        return "\(period): \(figures.joined(separator: "; "))" + (more > 0 ? "; and \(Figure.exact(more)) more" : "")
    }

    private func figure(_ value: ChartBuckets.Value?) -> String {
        guard let value else { return "no data" }
        let text =
            value.count > 1 && !chart.addsUp
            ? "\(Figure.text(value.lowest, chart.unit)) to \(Figure.text(value.highest, chart.unit))"
            : Figure.text(chart.addsUp ? value.sum : value.highest, chart.unit)
        switch value.standing {
        case .whole, .running: return text
        case .partial: return text + ", incomplete"
        case .forecast:
            let interval = value.interval.map { interval in
                " (80% interval: \(Figure.text(interval.lowerBound, chart.unit)) to "
                    + "\(Figure.text(interval.upperBound, chart.unit)))"
            }
            return "\(text), forecast" + (interval ?? "")
        }
    }
}

extension Chart.Zoom {
    /// The finer view of a bucket: a month by days, a day by hours, an hour by minutes. Nil where there is none.
    public func link(_ range: TimeRange) -> String? {
        query(range, separator: "&").map { "\(address)&\($0)" }
    }

    /// What a link adds to the address.
    fileprivate func query(_ range: TimeRange, separator: String) -> String? {
        let finer: Granularity =
            switch range.seconds {
            case ...Granularity.hourly.seconds: .minutely
            case ...Granularity.daily.seconds: .hourly
            default: .daily
            }
        guard range.seconds > finer.seconds, finer.seconds >= finest.seconds else { return nil }
        let (start, end) = (
            PercentEncoding.component(RFC3339.string(range.start)), PercentEncoding.component(RFC3339.string(range.end))
        )
        return "start=\(start)\(separator)end=\(end)\(separator)granularity=\(finer.rawValue)"
    }

    /// The view of a range that is not chosen yet: `{start}` and `{end}` stand for its times.
    var template: String { "\(address)&start={start}&end={end}" }
}
