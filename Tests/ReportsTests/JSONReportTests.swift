import Foundation
import Testing

@testable import Capacity
@testable import Reports

@Suite struct JSONReportTests {
    private func document(_ report: CapacityReport) throws -> [String: Any] {
        let whole = try JSONSerialization.jsonObject(with: Data(try ReportFormat.json.render(report))) as? [String: Any]
        return try #require((whole?["applications"] as? [[String: Any]])?.first)
    }

    @Test func `the document has everything, and null for what is not known`() throws {
        let full = try document(ReportFixture.report(days: 200, indices: 5, statistics: 10))
        let keys = [
            "answers", "application", "days", "forecasts", "indices", "inventory", "latency", "limits", "months",
            "protective_limit",
            "quality", "search_capacity", "servers", "statistics", "time_zone", "unusual_days", "weeks",
        ]
        #expect(full.keys.sorted() == keys)
        let empty = try document(ReportFixture.empty)
        #expect(empty.keys.sorted() == keys)
        let limit = try #require((empty["limits"] as? [[String: Any]])?.first)
        #expect(limit["agreed"] is NSNull && limit["used"] is NSNull && limit["projected"] is NSNull)
        #expect((empty["days"] as? [String: Any])?["first_day"] is NSNull)
        #expect((limit["month"] as? [String: Any])?["first_day"] is NSNull)
    }

    @Test func `limits tell use, projection and exhaustion`() throws {
        let full = try document(ReportFixture.report(days: 200, indices: 5, statistics: 10))
        let limit = try #require((full["limits"] as? [[String: Any]])?[1])
        #expect(limit["limit"] as? String == "records")
        #expect(limit["statistic"] as? String == "records")
        #expect(limit["agreed"] as? Double == 12e6)
        #expect((limit["month"] as? [String: String]) == ["first_day": "2026-11-01", "last_day": "2026-11-30"])
        let projected = try #require(limit["projected"] as? [String: Double])
        #expect(
            projected.keys.sorted() == [
                "exceedance", "lower80", "lower95", "mean", "upper80", "upper95", "utilization",
            ])
        #expect(projected["exceedance"] == 0.4321)
        let exhaustion = try #require(limit["exhaustion"] as? [String: Any])
        #expect(exhaustion["state"] as? String == "expected")
        #expect(exhaustion["day"] as? String == "2026-12-31")
        #expect(exhaustion["reason"] is NSNull)
    }

    @Test func `forecasts have a day and five numbers a point, or a reason`() throws {
        let full = try document(ReportFixture.report(days: 200, indices: 5, statistics: 10))
        let forecast = try #require((full["forecasts"] as? [[String: Any]])?.first)
        #expect(forecast["reason"] is NSNull)
        let points = try #require(forecast["points"] as? [[Any]])
        #expect(points.count == 366)
        #expect(points[0].count == 6 && points[0][0] as? String == "2026-11-22")
        let short = try document(ReportFixture.small(days: 40) { Double($0) })
        let none = try #require((short["forecasts"] as? [[String: Any]])?.first)
        #expect(none["method"] is NSNull && (none["reason"] as? String)?.contains("a forecast needs") == true)
        #expect((none["points"] as? [Any])?.isEmpty == true)
    }

    @Test func `answers are those of the report`() throws {
        let report = ReportFixture.report(days: 200, indices: 5, statistics: 10)
        let answers = try #require(try document(report)["answers"] as? [[String: String]])
        #expect(answers.map { $0["answer"] } == report.answers.map(\.answer))
        #expect(answers.map { $0["severity"] } == report.answers.map(\.severity.rawValue))
    }

    @Test func `numbers have four decimals, none when they are large, and are never not finite`() throws {
        func written(_ value: Double?) throws -> String {
            String(decoding: try JSONEncoder().encode([JSONNumber(value)]), as: UTF8.self)
        }
        #expect(try written(0.123456) == "[0.1235]")
        #expect(try written(12_345_678.9) == "[12345679]")
        #expect(try written(4e15) == "[4000000000000000]")
        #expect(try written(.nan) == "[null]")
        #expect(try written(nil) == "[null]")
        for (name, report) in ReportFixture.edges {
            #expect(throws: Never.self, "\(name)") { try document(report) }
        }
    }

    @Test(arguments: ReportFixture.awkwardNames)
    func `names come back as they are`(name: String) throws {
        let document = try document(ReportFixture.awkward(name))
        let index = ((document["indices"] as? [String: Any])?["usage"] as? [[String: Any]])?.first?["index"] as? String
        // Scalars: a line feed after a carriage return is one character.
        #expect(index.map { Array($0.unicodeScalars) } == Array(name.unicodeScalars))
    }

    @Test func `several applications are one document, and the same reports the same bytes`() throws {
        let reports = [ReportFixture.report(days: 200, indices: 5, statistics: 10), ReportFixture.empty]
        let bytes = try CapacityDocument.json(reports)
        #expect(try CapacityDocument.json(reports) == bytes)
        let whole = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        #expect((whole?["applications"] as? [Any])?.count == 2)
        #expect(String(decoding: try CapacityDocument.json([]), as: UTF8.self) == #"{"applications":[]}"#)
    }
}
