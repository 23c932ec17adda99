import Foundation
import Testing
import UsageModel

@testable import Capacity
@testable import Forecast
@testable import Presentation
@testable import Reports

/// The answers of a contract for a year, with prices, and of what no contract names.
@Suite struct AnnualAnswersTests {
    private func answer(_ id: String, _ report: CapacityReport = ReportFixture.annual) throws -> CapacityAnswer {
        let answer = try #require(report.answers.first { $0.id == id })
        return CapacityAnswer(
            id: id, question: answer.question, state: answer.state, text: plain(answer.text),
            details: plain(answer.details), severity: answer.severity)
    }

    private func plain(_ text: String) -> String {
        text.replacing(Figure.space, with: " ").replacing(Figure.thinSpace, with: " ")
    }

    @Test func `every commitment has two answers, and the protective limit one`() {
        #expect(
            ReportFixture.annual.answers.map(\.id).prefix(9) == [
                "search_requests_per_month.month", "records.month", "max_qps.month", "max_qps.year",
                "search_requests_per_year.term", "search_requests_per_year.year", "records_per_year.term",
                "records_per_year.year", "indexing_operations.month",
            ])
    }

    @Test func `a term is answered with the projection, its chance, the use and the pace`() throws {
        let answer = try answer("search_requests_per_year.term")
        #expect(answer.question == "Will billed search requests exceed the annual commitment by 31 Jan 2027?")
        #expect(answer.severity == .warning)
        #expect(
            answer.answer
                == "At risk. The term to 31 Jan 2027 is heading for 1.91 B of 2 B (95%); chance of exceeding it: 20%.")
        #expect(
            answer.details.hasPrefix(
                "Used in the term to 31 Jan 2027, day 294 of 365: 1.53 B billed search requests, 76% of the commitment. "
                    + "Pace: 94% of the rate that uses up the commitment on the last day. "))
        #expect(answer.details.contains(" 80% interval: 1.72 B to 2.1 B."))
    }

    @Test func `billing periods above a twelfth are named, the newest of many`() throws {
        #expect(
            try answer("search_requests_per_year.term").details.contains(
                "2 of 10 billing periods took more than a twelfth of the commitment (167 M): "
                    + "October 2026 and November 2026."))
        var report = ReportFixture.annual
        report.limits[3].term?.twelfth = 145e6
        #expect(
            try answer("search_requests_per_year.term", report).details.contains(
                "6 of 10 billing periods took more than a twelfth of the commitment (145 M): "
                    + "the newest are September 2026, October 2026 and November 2026."))
        report.limits[3].term?.twelfth = 1e9
        #expect(
            try answer("search_requests_per_year.term", report).details.contains(
                "No billing period took more than a twelfth of the commitment (1 B)."))
    }

    @Test func `a year of records says how it is counted`() throws {
        let answer = try answer("records_per_year.term")
        #expect(
            answer.details.contains(
                "Assumes that a year of records is the sum of what its billing periods are billed: 120 M a year is 10 M in "
                    + "each of twelve."))
        #expect(answer.details.contains("Used in the term to 31 Jan 2027, day 294 of 365: 99 M billed records, "))
    }

    @Test func `a commitment that is used up says so, and the day on which it will be is dated`() throws {
        var report = ReportFixture.annual
        #expect(
            try answer("search_requests_per_year.year").answer
                == "Limit ahead. The commitment is projected to be used up on 10 Feb 2027.")
        #expect(
            try answer("search_requests_per_year.year").details.hasSuffix(
                " That is in the term that begins on 1 Feb 2027."))
        report.limits[3].exhaustion = .expected(
            day: ReportFixture.end + 30, earliest: ReportFixture.end + 20, latest: nil)
        #expect(!(try answer("search_requests_per_year.year", report).details.contains("the term")))
        report.limits[3].agreed = 1e9
        report.limits[3].exhaustion = .reached(day: ReportFixture.end - 80)
        let over = try answer("search_requests_per_year.term", report)
        #expect(over.answer == "Over limit. The term to 31 Jan 2027 is at 1.53 B, 152% of 1 B, heading for 1.91 B.")
        #expect(over.severity == .critical)
        #expect(
            try answer("search_requests_per_year.year", report).answer
                == "Limit reached. The commitment was used up on 3 Sep 2026.")
        report.limits[3].exhaustion = .notExpected(within: 366, earliest: nil)
        #expect(
            try answer("search_requests_per_year.year", report).answer
                == "On track. The commitment is not projected to be used up in the next 366 days.")
    }

    @Test func `a term that has not begun, or of which little is known, claims nothing`() throws {
        let ahead = try answer("search_requests_per_year.term", ReportFixture.ahead)
        #expect(ahead.answer == "Not enough data: the term begins on 2 Dec 2026.")
        #expect(ahead.severity == .unknown && ahead.details.isEmpty)
        let little = try answer("search_requests_per_year.term", ReportFixture.littleKnown)
        #expect(little.severity == .unknown)
        #expect(
            little.answer.hasPrefix("Used in the term to 31 Jan 2027, day 294 of 365: at least 1.53 B billed search "))
        #expect(little.answer.hasSuffix("; 164 of 294 days have no data."))
        #expect(
            little.details.contains(
                "There is no projection: less than half of the days of the term so far have data."))
        #expect(
            try answer("search_requests_per_year.year", ReportFixture.littleKnown).answer
                == "Not enough data: 130 of 294 days of the term have values; this needs half.")
    }

    @Test func `a month without a limit says that the year has one`() throws {
        #expect(
            try answer("records.month").details.contains(
                "No monthly limit is configured: the commitment is for a year."))
        #expect(try answer("max_qps.month").details.contains("No limit is configured") == false)
    }

    @Test func `the excess has a cost with an interval, where there is a price`() throws {
        var report = ReportFixture.annual
        // 1.906 B of 1.8 B are projected: 106,250 thousands at 0.50.
        report.limits[3].agreed = 1.8e9
        #expect(
            try answer("search_requests_per_year.term", report).details.hasSuffix(
                "Cost of the projected excess: 53,125 USD (80% interval: 0 to 148,438 USD)."))
        report.limits[3].agreed = 1e10
        #expect(try answer("search_requests_per_year.term", report).details.hasSuffix("No excess cost is projected."))
        #expect(!(try answer("records_per_year.term", report).details.contains("cost")))
        report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        report.limits[1].price = ExcessPrice(currency: "EUR", per1000: 0.4)
        report.limits[1].agreed = 8e6
        #expect(try answer("records.month", report).details.contains(" EUR"))
    }

    @Test func `indexing operations are held against a limit that is said to be derived`() throws {
        let answer = try answer("indexing_operations.month")
        #expect(answer.question == "Will indexing operations exceed Algolia's protective limit in November 2026?")
        #expect(
            answer.answer
                == "On track. November is heading for 17 M of 1.6 B indexing operations (1.1%); chance of exceeding it: "
                + "under 1%.")
        #expect(
            answer.details.contains(
                "Used in November 2026, day 21 of 30: 12 M indexing operations, 1% of the 1.2 B that the use so far "
                    + "allows."))
        #expect(
            answer.details.hasSuffix(
                "This limit is derived, it is not in the contract: Algolia protects its clusters with 10,000 indexing "
                    + "operations a month for every 1,000 billed search requests and every 1,000 billed records used."))
        var report = ReportFixture.annual
        report.protectiveLimit?.used = 2.4e9
        report.protectiveLimit?.usedCoverage = 0.9
        let over = try self.answer("indexing_operations.month", report)
        #expect(over.severity == .critical)
        #expect(
            over.answer
                == "Over limit. Used in November 2026, day 21 of 30: at least 2.4 B indexing operations, 200% of the 1.2 B "
                + "that the use so far allows; some days have no data.")
        let unknown = try self.answer("indexing_operations.month", ReportFixture.littleKnown)
        #expect(unknown.severity == .unknown)
        #expect(
            unknown.answer == "Not enough data: the search requests or records of November 2026 are not known.")
        report.protectiveLimit = nil
        #expect(!report.answers.contains { $0.id == "indexing_operations.month" })
    }

    @Test func `what no index has is told wherever shares by index are`() throws {
        let words =
            "15 M of the application's 125 M (12%) are not: those of queries of several indices at once, and of indices "
            + "that are not collected."
        #expect(
            try answer("indices.driver").details.contains(
                "Shares are of the searches that are attributed to an index. \(words)"))
        #expect(try answer("indices.driver", ReportFixture.littleKnown).details.contains(". At most \(words)"))
        let markdown = plain(String(decoding: try ReportFormat.markdown.render(ReportFixture.annual), as: UTF8.self))
        #expect(markdown.contains("15 M of the application's 125 M"))
        var report = ReportFixture.annual
        report.indices.attribution?.indices = 125e6
        #expect(
            try answer("indices.driver", report).details.contains(
                "Every billed search of the application is attributed to an index."))
        report.indices.attribution = nil
        #expect(
            try answer("indices.driver", report).details.contains(
                "Not enough data to tell how many of the application's searches are not attributed to an index."))
    }
}

/// The same in the formats of a report.
@Suite struct AnnualFormatsTests {
    private func lines(_ format: ReportFormat) throws -> [String] {
        String(decoding: try format.render(ReportFixture.annual), as: UTF8.self)
            .replacing(Figure.space, with: " ").replacing(Figure.thinSpace, with: " ")
            .split(separator: "\n").map(String.init)
    }

    @Test func `Markdown has the term, its billing periods and the cost`() throws {
        let lines = try lines(.markdown)
        #expect(
            lines.contains {
                $0.hasPrefix(
                    "| Billed search requests per year, the term to 31 Jan 2027 | 2 B | 1.53 B | 76% | 1.91 B |")
            })
        #expect(lines.contains { $0.contains("Limit reached | Cost of the excess |") })
        #expect(
            lines.contains {
                $0.contains("Billed search requests in the term to 31 Jan 2027, cumulative")
                    && $0.contains("Projected at term end: 1.91 B") && $0.contains("Limit: 2 B.")
            })
        let table = try #require(
            lines.firstIndex { $0.contains("Billed records per year: the billing periods of the term to 31 Jan 2027") })
        #expect(lines[table + 3] == "| November 2026 so far | 10,800,000 | 108% | 70% |")
        #expect(lines[table + 12].hasPrefix("| February 2026 | 9,000,000 | 90% | 100% |"))
    }

    @Test func `JSON has the term, its pace and periods, the cost, the derived limit and what no index has`() throws {
        let whole = try JSONSerialization.jsonObject(with: Data(try ReportFormat.json.render(ReportFixture.annual)))
        let document = try #require(((whole as? [String: Any])?["applications"] as? [[String: Any]])?.first)
        let limits = try #require(document["limits"] as? [[String: Any]])
        #expect(limits[0]["term"] is NSNull && limits[0]["excess_cost"] is NSNull)
        let term = try #require(limits[3]["term"] as? [String: Any])
        #expect(term["first_day"] as? String == "2026-02-01" && term["last_day"] as? String == "2027-01-31")
        #expect(term["pace"] as? Double == 0.94 && term["elapsed"] as? Double == 0.8055)
        #expect(term["months_over"] as? Int == 2)
        #expect((term["months"] as? [[String: Any]])?.count == 10)
        #expect((limits[3]["month"] as? [String: String]) == ["first_day": "2026-11-01", "last_day": "2026-11-30"])
        let cost = try #require(limits[3]["excess_cost"] as? [String: Any])
        #expect(cost["currency"] as? String == "USD" && cost["mean"] as? Double == 0)
        #expect(cost["upper80"] as? Double == 48_437.5)
        let derived = try #require(document["protective_limit"] as? [String: Any])
        #expect(derived["derived"] as? Bool == true && derived["utilization"] as? Double == 0.01)
        #expect((derived["projected"] as? [String: Any])?["utilization"] as? Double == 0.0106)
        let attribution = try #require((document["indices"] as? [String: Any])?["attribution"] as? [String: Any])
        #expect(attribution["unattributed"] as? Double == 15e6 && attribution["unattributed_share"] as? Double == 0.12)
        #expect(attribution["complete"] as? Bool == true)
        #expect((document["forecasts"] as? [Any])?.count == 3)
    }

    @Test func `CSV has a line for each`() throws {
        let lines = try lines(.csv)
        func has(_ prefix: String) -> Bool { lines.contains { $0.hasPrefix(prefix) } }
        #expect(
            has(
                "limit_used,DEMOAPP,,search_requests_per_year,billed_search_requests,requests,2026-02-01,2027-01-31,1525000000"
            ))
        #expect(
            has("limit_pace,DEMOAPP,,records_per_year,records,ratio,2026-02-01,2027-01-31,0.94"))
        #expect(
            has("limit_month,DEMOAPP,,records_per_year,records,records,2026-02-01,2026-02-28,9000000"))
        #expect(
            has(
                "limit_excess_cost,DEMOAPP,,search_requests_per_year,billed_search_requests,USD,2026-02-01,2027-01-31,0,0,48437.5"
            ))
        #expect(has("indexing_allowed,DEMOAPP,,,total_write_operations,operations,2026-11-01,2026-11-30,1200000000"))
        #expect(has("index_unattributed,DEMOAPP,,,billed_search_requests,requests,2026-10-25,2026-11-21,15000000"))
        #expect(lines.count { $0.hasPrefix("forecast,") } == 3 * Forecast.longest)
    }
}
