import TestSupport
import Testing
import UsageModel

@testable import Presentation

@Suite("The buckets of a chart")
struct ChartBucketTests {
    private static let hour: Int64 = 3600
    private static let day: Int64 = 86_400
    /// 2026-01-01, a Thursday.
    private static let start: UnixTime = 1_767_225_600

    private func points(_ values: [Double?], step: Int64, last: Chart.Standing = .whole) -> [Chart.Line.Point] {
        values.enumerated().map { number, value in
            .init(
                time: Self.start + Int64(number) * step, value: value,
                standing: number == values.count - 1 ? last : .whole)
        }
    }

    private func chart(
        _ lines: [(String, [Double?])], step: Int64 = day, addsUp: Bool = true, finest: Granularity = .hourly
    ) -> Chart {
        let count = lines.map(\.1.count).max() ?? 0
        return Chart(
            title: "Searches", summary: "What there was.", unit: .requests,
            range: TimeRange(Self.start, Self.start + Int64(count) * step),
            lines: lines.enumerated().map { number, line in
                Chart.Line(name: line.0, points: points(line.1, step: step), color: number + 1)
            }, step: step, addsUp: addsUp,
            zoom: Chart.Zoom(address: "/explore?statistic=searches", finest: finest))
    }

    /// Buckets follow on one another, from the plot's start to its end.
    private func expectCover(_ markup: ChartMarkup, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let plot = try #require(markup.plots.first, sourceLocation: sourceLocation)
        let times = markup.buckets.map { ($0.number("data-start"), $0.number("data-end")) }
        #expect(times.count <= 400, sourceLocation: sourceLocation)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0.1 == $1.0 }, sourceLocation: sourceLocation)
        #expect(try #require(times.first).0 <= plot.number("data-start"), sourceLocation: sourceLocation)
        #expect(try #require(times.last).1 >= plot.number("data-end"), sourceLocation: sourceLocation)
        let rects = markup.elements.indices.filter { markup.elements[$0].has("bucket") }
            .map { markup.elements[$0 + 2] }
        for rect in rects {
            #expect(rect.name == "rect" && rect["y"] == plot["y"] && rect["height"] == plot["height"])
            #expect(rect.number("x") >= 0 && rect.number("x") + rect.number("width") <= 100.02)
        }
    }

    @Test("Are in the order of time, have the exact values of all series, and say them in their title")
    func values() throws {
        let markup = try ChartMarkup(
            chart([("products", [1234, nil, 0.5]), ("blog", [70, 80, 90])]).figure(id: "chart"))
        try expectCover(markup)
        #expect(markup.buckets.map { $0["data-values"] } == ["1234 70", "- 80", "0.5 90"])
        #expect(
            markup.buckets.map { $0.title.replacing("\u{A0}", with: " ").replacing("\u{202F}", with: " ") } == [
                "1 Jan 2026: products: 1,234 requests; blog: 70 requests",
                "2 Jan 2026: products: no data; blog: 80 requests",
                "3 Jan 2026: products: 0.5 requests; blog: 90 requests",
            ] || markup.buckets.first?.title.contains("products: 1.23") == true)
        #expect(markup.elements.filter { $0["data-name"] == "blog" }.map { $0["data-series"] } == ["2"])
    }

    @Test("Are at most 400: 8,760 hours are days, which hold the sum of their hours")
    func hoursOfAYear() throws {
        let values = (0..<8760).map { Double($0 % 100) }
        let markup = try ChartMarkup(chart([("products", values)], step: Self.hour).figure(id: "chart"))
        try expectCover(markup)
        #expect(markup.buckets.count == 365)
        for (number, bucket) in markup.buckets.enumerated() {
            #expect(bucket["data-values"] == "\(Int(values[number * 24..<number * 24 + 24].reduce(0, +)))")
            #expect(bucket.title.contains("sum of 24\u{A0}values"))
        }
    }

    @Test("Of values that do not add up have the highest, and say from the lowest to the highest")
    func extremes() throws {
        let values = (0..<500).map { Double($0 % 10 + 1) }
        let markup = try ChartMarkup(chart([("latency", values)], addsUp: false).figure(id: "chart"))
        try expectCover(markup)
        let week = try #require(markup.buckets.first { $0.number("data-start") == Double(Self.start + 4 * Self.day) })
        #expect(week.number("data-end") == Double(Self.start + 11 * Self.day), "weeks begin on Monday")
        #expect(week["data-values"] == "10")
        #expect(week.title.contains("lowest to highest of 7\u{A0}values: 1\u{A0}request to 10\u{A0}requests"))
    }

    @Test("Of very many days are months of the calendar")
    func months() throws {
        let markup = try ChartMarkup(
            chart([("products", Array(repeating: 1, count: 4000))]).figure(id: "chart"))
        try expectCover(markup)
        #expect(markup.buckets[1]["data-values"] == "28")
        #expect(markup.buckets[1].title.hasPrefix("February 2026"))
    }

    @Test("Of monthly values are months of the calendar, however long each is")
    func monthly() throws {
        var chart = chart([("products", [])], step: 31 * Self.day)
        let days: [Int64] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
        chart.isMonthly = true
        chart.range = TimeRange(Self.start, Self.start + 365 * Self.day)
        chart.lines[0].points = days.map { .init(time: Self.start + $0 * Self.day, value: Double($0)) }
        let markup = try ChartMarkup(chart.figure(id: "chart"))
        try expectCover(markup)
        #expect(markup.buckets.map { $0["data-values"] } == days.map { "\($0)" })
        #expect(markup.buckets.last?.title.hasPrefix("December 2026: ") == true)
    }

    @Test(
        "Lead to the next finer view, where there is one",
        arguments: [
            (86_400, Granularity.hourly, "hourly", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
            (7 * 86_400, .hourly, "daily", "2026-01-01T00:00:00Z", "2026-01-08T00:00:00Z"),
            (21_600, .hourly, "hourly", "2026-01-01T00:00:00Z", "2026-01-01T06:00:00Z"),
            (3600, .minutely, "minutely", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"),
        ] as [(Int64, Granularity, String, String, String)])
    func links(step: Int64, finest: Granularity, finer: String, start: String, end: String) throws {
        let markup = try ChartMarkup(chart([("products", [1, 2])], step: step, finest: finest).figure(id: "chart"))
        let bucket = try #require(markup.buckets.first)
        #expect(bucket.name == "a" && bucket["tabindex"] == "-1")
        let times = "start=\(start)&end=\(end)".replacing(":", with: "%3A")
        #expect(bucket["href"] == "/explore?statistic=searches&\(times)&granularity=\(finer)")
    }

    @Test("Are no links where nothing finer is known, and in a file")
    func noLinks() throws {
        for (step, finest) in [(Self.hour, Granularity.hourly), (60, .minutely), (Self.day, .daily)] {
            let markup = try ChartMarkup(chart([("products", [1, 2])], step: step, finest: finest).figure(id: "chart"))
            #expect(markup.buckets.map(\.name) == ["g", "g"])
        }
        var file = chart([("products", [1, 2])])
        file.zoom = nil
        let markup = try ChartMarkup(file.figure(id: "chart"))
        #expect(markup.buckets.map(\.name) == ["g", "g"] && markup.buckets.allSatisfy { !$0.title.isEmpty })
        #expect(markup.all("chart").first?["role"] == "img")
        #expect(markup.elements.allSatisfy { $0["data-zoom"].isEmpty && $0["href"].isEmpty })
    }

    @Test("A figure says where a range of it can be looked at")
    func zoom() throws {
        let figure = chart([("products", [1, 2])]).figure(id: "chart")
        let markup = try ChartMarkup(figure)
        #expect(
            markup.all("chart-figure").first?["data-zoom"] == "/explore?statistic=searches&start={start}&end={end}")
        #expect(figure.contains("&amp;start={start}"))
        #expect(markup.all("chart").first?["role"] == "group", "an image may not have links in it")
    }

    @Test("A first bucket that begins before the axis is not said to be missing: it was not asked for")
    func cut() throws {
        var chart = chart([("products", [nil, 6, 7, nil, 8])], step: Self.hour)
        chart.range.start += 600
        let figure = chart.figure(id: "chart")
        #expect(try ChartMarkup(figure).all("missing").count { $0["y"] != "1" } == 1, "the gap within")
        chart.range.end = Self.start + 3 * Self.hour
        let legend = try ChartMarkup(chart.figure(id: "chart")).elements
        #expect(!legend.contains { $0.name == "li" && $0.text == "no data" })
    }

    @Test("Missing, provisional and projected values are each drawn differently, and said")
    func standings() throws {
        var chart = chart([("Reported", [5, 6, nil, nil, 9, 2]), ("Projected", [])])
        chart.range.end += 2 * Self.day
        chart.lines[0].points[5].standing = .running
        chart.boundary = .init(time: Self.start + 6 * Self.day, label: "6 Jan")
        chart.lines[1].style = .forecast
        chart.lines[1].points = [6, 7].map { .init(time: Self.start + $0 * Self.day, value: 7) }
        let figure = chart.figure(id: "chart")
        let markup = try ChartMarkup(figure)
        try expectCover(markup)
        let missing = markup.all("missing").filter { $0["y"] != "1" }
        #expect(missing.count == 1 && missing.first?["fill"] == "url(#chart-missing)")
        #expect(missing.first?["x"] == "25%" && missing.first?["width"] == "25%")
        #expect(markup.all("hollow").count { $0["data-series"] == "1" } == 1)
        #expect(markup.all("forecast").contains { $0["data-series"] == "2" && $0.name == "path" })
        #expect(markup.buckets[2].title == "3 Jan 2026: no data" && markup.buckets[2]["data-values"] == "- -")
        #expect(markup.buckets[5].title.hasPrefix("6 Jan 2026 so far: ") && markup.buckets[5].name == "a")
        #expect(markup.buckets[6].title.hasSuffix(", forecast") && markup.buckets[6].name == "g")
        #expect(figure.contains("No data: 3 Jan 2026 to 4 Jan 2026."))
        for word in ["incomplete period", "no data"] {
            #expect(markup.elements.contains { $0.name == "li" && $0.text == word })
        }
        // What is provisional is not joined to the line.
        let path = try #require(
            markup.elements.first { $0.name == "path" && $0.has("d1") || $0.has("line") && $0["data-series"] == "1" })
        #expect(path["d"].split(separator: " ").count == 4, "two points: \(path["d"])")
    }

    @Test("Bars of months: hatched so far, outlined ahead with an interval, the limit as a line")
    func months12() throws {
        let months = [(0, 31), (31, 59), (59, 90)].map {
            TimeRange(Self.start + $0.0 * Self.day, Self.start + $0.1 * Self.day)
        }
        let chart = Chart(
            title: "Months", summary: "Three.", unit: .requests, range: TimeRange(months[0].start, months[2].end),
            boundary: .init(time: months[1].end - 3 * Self.day),
            bars: [
                .init(
                    name: "Used",
                    bars: [
                        .init(range: months[0], value: 100), .init(range: months[1], value: 60, standing: .running),
                    ]),
                .init(
                    name: "Projected",
                    bars: [
                        .init(range: months[1], value: 90, standing: .forecast, interval: 80...100),
                        .init(range: months[2], value: 110, standing: .forecast, interval: 70...150),
                    ], color: 2),
            ], limits: [.init(name: "Limit", value: 120)], addsUp: true,
            zoom: .init(address: "/explore?statistic=s", finest: .hourly))
        let markup = try ChartMarkup(chart.figure(id: "chart"))
        try expectCover(markup)
        #expect(markup.buckets.map { $0["data-values"] } == ["100 -", "60 90", "- 110"])
        #expect(markup.buckets.map(\.name) == ["a", "a", "g"])
        #expect(markup.buckets[0]["href"].hasSuffix("&granularity=daily"))
        #expect(markup.buckets[1].title.hasPrefix("February 2026 so far: Used: 60"))
        #expect(markup.buckets[2].title.contains("forecast (80% interval: 70\u{A0}requests to 150\u{A0}requests)"))
        #expect(markup.all("whisker").count == 2 * 3 + 1, "with the legend's")
        #expect(markup.all("part").contains { $0["fill"] == "url(#chart-hatch-c1)" })
        #expect(markup.all("limit").count == 1)
        #expect(
            markup.elements.filter { $0.name == "li" }.map(\.text) == [
                "Used", "Projected", "incomplete period", "80% interval",
            ])
    }

    @Test("A tooltip names twelve series, and counts the rest")
    func manySeries() throws {
        let markup = try ChartMarkup(chart((1...15).map { ("index \($0)", [1]) }).svg(id: "chart"))
        let title = try #require(markup.buckets.first?.title)
        #expect(title.hasSuffix("index 12: 1\u{A0}request; and 3 more"))
        #expect(markup.buckets[0]["data-values"] == Array(repeating: "1", count: 15).joined(separator: " "))
    }

    @Test(
        "Names cannot leave their place, and long ones are cut off in tooltips",
        arguments: [
            "<\u{301}script>alert(1)</script>", "\"><a href='x'>&amp;", "שלום \u{202E}fdp",
            String(repeating: "x", count: 250),
        ])
    func names(name: String) throws {
        let figure = chart([(name, [1, 2]), ("blog", [1, nil])]).figure(id: "chart")
        let plain = try ChartMarkup(chart([("name", [1, 2]), ("blog", [1, nil])]).figure(id: "chart"))
        let markup = try ChartMarkup(figure)
        #expect(markup.elements.map(\.name) == plain.elements.map(\.name))
        #expect(markup.elements.contains { $0["data-name"].unicodeScalars.elementsEqual(name.unicodeScalars) })
        #expect(markup.buckets.allSatisfy { $0.title.count < 120 })
    }

    @Test("There are none without values, one of one, and as many of nothing but gaps as of nothing")
    func few() throws {
        #expect(try ChartMarkup(chart([("products", [])]).figure(id: "chart")).buckets.isEmpty)
        #expect(try ChartMarkup(chart([("products", [nil, nil])]).figure(id: "chart")).buckets.isEmpty)
        let one = try ChartMarkup(chart([("products", [5])]).figure(id: "chart"))
        try expectCover(one)
        #expect(one.buckets.map { $0["data-values"] } == ["5"])
        #expect(one.all("dot").first?["cx"] == "50%", "a value is drawn in the middle of its bucket")
    }

    @Test("Have values of any size", arguments: [-5, 1e15, -1e15, 0, 1e99, 0.1])
    func sizes(value: Double) throws {
        let markup = try ChartMarkup(chart([("products", [value, 1])]).figure(id: "chart"))
        try expectCover(markup)
        let text = try #require(markup.buckets.first?["data-values"])
        #expect(Double(text) == value)
        #expect(value.magnitude != 1e15 || !text.contains("e"))
    }

    @Test("Awkward values make well-formed buckets", arguments: ChartTests.awkward.indices)
    func awkward(index: Int) throws {
        for addsUp in [true, false] {
            for zone in [Self.day, Self.hour, 60] {
                let values = ChartTests.awkward[index].values
                try XMLText.check(
                    chart([("a", values), ("b", values.reversed())], step: zone, addsUp: addsUp).figure(id: "c"))
            }
        }
    }
}
