import Foundation
import TestSupport
import Testing
import UsageModel

@testable import Presentation

@Suite struct SparklineTests {
    @Test(arguments: ChartTests.awkward.indices)
    func `awkward values make a well-formed sparkline`(index: Int) throws {
        for limit in [nil, 10, .nan, -1] as [Double?] {
            try XMLText.check(Sparkline(label: "x", values: ChartTests.awkward[index].values, limit: limit).svg)
        }
    }

    @Test func `it has a label, which cannot leave its place`() throws {
        let judge = try XMLText.check(Sparkline(label: "a \"b\" <c> & d", values: [1, 2]).svg)
        #expect(judge.labels == ["a \"b\" <c> & d"])
        #expect(try XMLText.check(Sparkline(label: "searches", values: []).svg).labels == ["searches: no data"])
    }

    @Test func `its last value is a dot at the right edge`() {
        let svg = Sparkline(label: "x", values: [1, nil, 2]).svg
        #expect(svg.contains("cx=\"116\" cy=\"4\" r=\"2.8\""))
    }

    @Test func `a limit far above the values does not flatten them`() {
        #expect(Sparkline(label: "x", values: [1, 2], limit: 4).svg.contains("class=\"limit\""))
        #expect(!Sparkline(label: "x", values: [1, 2], limit: 400).svg.contains("class=\"limit\""))
    }

    @Test func `three years of days stay small`() {
        let values = (0..<1095).map { Double($0 % 7) }
        #expect(Sparkline(label: "x", values: values).svg.utf8.count < 4000)
    }
}

@Suite struct MeterTests {
    private func meter(_ used: Double, _ projected: Double? = nil, _ interval: ClosedRange<Double>? = nil) -> Meter {
        Meter(label: "Searches", used: used, projected: projected, interval: interval)
    }

    @Test(arguments: [0, 0.4, 1, 2.5, 1e6, 1e300, -1, .nan, .infinity])
    func `any share makes a well-formed meter`(share: Double) throws {
        try XMLText.check(meter(share).svg(id: "m"))
        if !share.isNaN { try XMLText.check(meter(0.5, share, min(share, 0)...max(share, 1)).svg(id: "m")) }
    }

    @Test func `it says in words what it shows`() throws {
        let labels = try XMLText.check(meter(0.834, 1.04, 0.98...1.12).svg(id: "m")).labels
        let text = labels.first?.replacingOccurrences(of: Figure.thinSpace, with: " ")
        #expect(text == "Searches: 83% of the limit used, 104% projected (98% to 112%)")
        let exact = try XMLText.check(meter(0.834, 0.93, 0.929...0.931).svg(id: "m")).labels
        #expect(exact.first?.hasSuffix("93% projected") == true, "an interval that rounds to one figure is left out")
    }

    @Test func `more than the limit is drawn as long as it is`() throws {
        let svg = meter(2.5).svg(id: "m")
        let limit = try #require(svg.firstMatch(of: /class="full" x1="([\d.]+)%"/).flatMap { Double($0.1) })
        let excess = try #require(svg.firstMatch(of: /class="excess"[^>]*width="([\d.]+)%"/).flatMap { Double($0.1) })
        #expect(abs(excess / limit - 1.5) < 0.01)
        #expect(limit + excess <= 100)
    }
}
