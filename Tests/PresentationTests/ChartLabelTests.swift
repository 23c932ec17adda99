import Testing
import UsageModel

@testable import Presentation

@Suite("The labels of a chart")
struct ChartLabelTests {
    private static let day: Int64 = 86_400
    private static let start: UnixTime = 1_767_225_600

    private func chart(_ lines: [(name: String, values: [Double])], unit: StatisticUnit = .requests) -> Chart {
        let count = lines.map(\.values.count).max() ?? 0
        return Chart(
            title: "Searches", summary: "What there was.", unit: unit,
            range: TimeRange(Self.start, Self.start + Int64(max(count, 1)) * Self.day),
            lines: lines.enumerated().map { number, line in
                Chart.Line(
                    name: line.name,
                    points: line.values.enumerated().map {
                        .init(time: Self.start + Int64($0.offset) * Self.day, value: $0.element)
                    }, color: number + 1)
            }, step: Self.day)
    }

    /// The baselines of texts that stand within the plot's height and width.
    private func inside(_ markup: ChartMarkup) throws -> [ChartMarkup.Element] {
        let plot = try #require(markup.plots.first)
        let (top, bottom) = (plot.number("y"), plot.number("y") + plot.number("height"))
        return markup.elements.filter { element in
            guard element.name == "text", (top + 2..<bottom).contains(element.number("y")) else { return false }
            let isLeft = element["x"].hasPrefix("-") && !element["x"].hasSuffix("%") && element["text-anchor"] == "end"
            let isRight = element["x"] == "100%" && element.number("dx") > 0 && element["text-anchor"].isEmpty
            return !isLeft && !isRight
        }
    }

    @Test("Stand outside of the plot, whatever there is to say", arguments: [1.0, 1e15, 0.002])
    func outside(size: Double) throws {
        for unit in StatisticUnit.allCases {
            var chart = chart(
                [("one", [1, 5, 3].map { $0 * size }), ("two", [2, 2, 4].map { $0 * size })], unit: unit)
            chart.limits = [1.5, 4.5, 5000].map { .init(name: "A limit with a long name", value: $0 * size) }
            for share in [0.0, 0.05, 0.4, 0.6, 1] {
                chart.boundary = .init(time: Self.start + Int64(share * 3 * Double(Self.day)), label: "1 Jan")
                let markup = try ChartMarkup(chart.figure(id: "chart"))
                #expect(try inside(markup).isEmpty)
                #expect(markup.all("value-label").count >= 2 && markup.all("limit-label").count >= 3)
            }
        }
    }

    @Test("Those above the plot do not lie on one another")
    func rows() throws {
        for share in [0.0, 0.1, 0.5, 0.51, 0.7, 1] {
            for limits in [[], ["Limit: 180 M"], ["A limit with a rather long name: 1"]] {
                let rows = ChartRows(limits: limits, boundary: ("21 Nov", share), unit: "queries/s", gutter: 40)
                var boxes: [(row: Int, left: Double, right: Double)] = []
                let plot = LabelText.narrowest - 40
                for (row, text) in limits.enumerated() { boxes.append((row, plot - LabelText.width(text), plot)) }
                let place = share * plot
                let width = LabelText.width(rows.boundaryText)
                let row = try #require(rows.boundary)
                boxes.append(share > 0.5 ? (row, place - 6 - width, place) : (row, place, place + 6 + width))
                boxes.append((try #require(rows.unit), -40, LabelText.width("queries/s") - 40))
                for one in boxes.indices {
                    for other in boxes.indices where other > one && boxes[one].row == boxes[other].row {
                        #expect(
                            boxes[one].right <= boxes[other].left || boxes[other].right <= boxes[one].left,
                            "\(share) \(limits): \(boxes)")
                    }
                }
                #expect(boxes.allSatisfy { $0.row < rows.count } && boxes.allSatisfy { $0.row <= row })
            }
        }
    }

    @Test("Up to four lines have their names at their ends, and none lies on another")
    func ends() throws {
        let cases: [[Double]] = [
            [1, 2], [5, 5], [1, 1, 1], [0, 0, 10, 10], [1, 2, 3, 4], [9.9, 10, 0, 0.1], [7, 7, 7, 7],
        ]
        for values in cases {
            let chart = chart(values.enumerated().map { ("line \($0.offset)", [3, $0.element]) })
            let markup = try ChartMarkup(chart.figure(id: "chart"))
            let labels = markup.all("end-label")
            #expect(labels.map(\.text) == values.indices.map { "line \($0)" }, "\(values)")
            #expect(labels.map { $0["data-series"] } == values.indices.map { "\($0 + 1)" })
            let heights = labels.map { $0.number("y") }.sorted()
            #expect(zip(heights, heights.dropFirst()).allSatisfy { $1 - $0 >= 14 }, "\(values): \(heights)")
            #expect(markup.all("direct").count == 1 && markup.all("spare").count == 1)
        }
    }

    @Test("Ends without room between them leave names to the legend")
    func noRoom() {
        #expect(EndLabels.placed([50, 50, 50, 50], top: 40, bottom: 60) == nil)
        #expect(EndLabels.placed([10, 20, 30, 40, 50], top: 0, bottom: 300) == nil)
        #expect(EndLabels.placed([10], top: 0, bottom: 300) == nil)
        #expect(EndLabels.placed([300, 300], top: 0, bottom: 300) == [285, 300])
    }

    @Test("A line of five, one without a value, a forecast: the legend says the names")
    func legendOnly() throws {
        let five = chart((1...5).map { ("\($0)", [Double($0)]) })
        let lost = chart([("a", [1, 2]), ("b", [])])
        var ahead = chart([("a", [1, 2]), ("b", [1, 2])])
        ahead.lines[1].style = .forecast
        for chart in [five, lost, ahead] {
            let markup = try ChartMarkup(chart.figure(id: "chart"))
            #expect(markup.all("end-label").isEmpty && markup.all("direct").isEmpty && markup.all("spare").isEmpty)
            #expect(markup.elements.count { !$0["data-name"].isEmpty } == chart.lines.count)
        }
    }

    @Test("More than eight lines are small charts on one time axis, the largest first, at most 24")
    func panels() throws {
        #expect(try ChartMarkup(chart((1...8).map { ("\($0)", [Double($0)]) }).figure(id: "c")).all("chart").count == 1)
        let markup = try ChartMarkup(chart((1...30).map { ("\($0)", [Double($0), 1]) }).figure(id: "chart"))
        let figures = markup.all("chart-figure")
        #expect(figures.count == 24 && markup.all("chart").count == 24)
        let captions = markup.elements.filter { $0.name == "figcaption" }.map(\.text)
        #expect(captions == ["Searches"] + (7...30).reversed().map { "\($0)" })
        #expect(markup.all("note").first?.text.contains("6\u{A0}more series are not drawn.") == true)
        #expect(Set(markup.plots.map { $0["data-start"] + $0["data-end"] }).count == 1)
        let ids = markup.elements.map { $0["id"] }.filter { !$0.isEmpty }
        #expect(Set(ids).count == ids.count)
    }

    @Test("So are lines of very different size")
    func sizes() throws {
        let markup = try ChartMarkup(chart([("small", [1, 2]), ("large", [1000, 900])]).figure(id: "chart"))
        #expect(markup.elements.filter { $0.name == "figcaption" }.map(\.text) == ["Searches", "large", "small"])
        #expect(
            try ChartMarkup(chart([("a", [100]), ("b", [3]), ("zero", [0])]).figure(id: "c")).all("chart").count == 1)
    }

    @Test("The time axis fits the data where most of it would be empty, and only there")
    func fitted() {
        var wide = chart([("a", [1, 2, 3])])
        wide.range.start -= 10 * Self.day
        #expect(wide.fitted().range == TimeRange(Self.start, Self.start + 3 * Self.day))
        wide.range = TimeRange(Self.start, Self.start + 30 * Self.day)
        #expect(wide.fitted().range == TimeRange(Self.start, Self.start + 3 * Self.day))
        var near = chart([("a", Array(repeating: 1, count: 9))])
        near.range.start -= Self.day
        #expect(near.fitted() == near)
        let nothing = chart([("a", [])])
        #expect(nothing.fitted() == nothing)
    }
}
