import Testing
import UsageModel

@testable import Capacity
@testable import Reports

@Suite struct CSVReportTests {
    private static let columns = [
        "section", "application", "index", "key", "statistic", "unit", "start", "end", "value", "lower80", "upper80",
        "lower95", "upper95", "coverage",
    ]

    /// The records of RFC 4180.
    private func records(_ report: CapacityReport) throws -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var field = String.UnicodeScalarView()
        var isQuoted = false
        var scalars = String(decoding: try ReportFormat.csv.render(report), as: UTF8.self).unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\"" where isQuoted && scalars.first == "\"":
                field.append("\"")
                scalars.removeFirst()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted, "\n" where !isQuoted:
                record.append(String(field))
                field = String.UnicodeScalarView()
                if scalar == "\n" {
                    records.append(record)
                    record = []
                }
            default: field.append(scalar)
            }
        }
        #expect(record.isEmpty && field.isEmpty && !isQuoted)
        return records
    }

    @Test func `every record has every column`() throws {
        for (name, report) in [("full", ReportFixture.report(days: 200, indices: 5, statistics: 10))]
            + ReportFixture.edges
        {
            let records = try records(report)
            #expect(records.first == Self.columns)
            #expect(records.allSatisfy { $0.count == Self.columns.count }, "\(name)")
            #expect(!ReportFixture.hasNoNumber(try ReportFormat.csv.render(report)), "\(name)")
        }
    }

    @Test func `sections have their numbers`() throws {
        let report = ReportFixture.report(days: 200, indices: 5, statistics: 10)
        let records = try records(report)
        func rows(_ section: String) -> [[String]] { records.filter { $0[0] == section } }
        #expect(rows("limit").map { $0[3] } == ContractLimit.usual.map(\.rawValue))
        #expect(rows("limit")[1][6...8] == ["2026-11-01", "2026-11-30", "12000000"])
        #expect(rows("limit_exceedance")[0][8] == "0.4321")
        #expect(rows("limit_expected")[0][6] == "2026-12-31")
        #expect(rows("forecast").count == 3 * 366)
        let first = rows("forecast")[0]
        #expect(first[4] == "billed_search_requests" && first[6] == "2026-11-22" && first[7] == "2026-11-22")
        #expect(first[8...12].allSatisfy { Double($0) != nil })
        #expect(rows("month").count == report.months.count && rows("week").count == report.weeks.count)
        #expect(rows("index").count == 10)
        let ofRecords = rows("index").filter { $0[4] == "records" }
        #expect(ofRecords.count == 5 && ofRecords.allSatisfy { $0[6].isEmpty && $0[7].isEmpty && !$0[8].isEmpty })
        #expect(rows("degraded_recent_days").map { $0[8] } == ["3", "0"])
        #expect(rows("server_recent").count == 12)
        var gone = report
        gone.servers[0].trends[2].recent = nil
        #expect(try self.records(gone).count { $0[0] == "server_recent" } == 11)
        #expect(rows("statistic_month").count == report.statistics.reduce(0) { $0 + $1.months.count })
        #expect(rows("coverage").count == 6 && rows("missing").count == 2)
    }

    @Test(arguments: ReportFixture.awkwardNames)
    func `names come back as they are, and no spreadsheet takes one for a formula`(name: String) throws {
        let isFormula = "=+-@\t\r".unicodeScalars.contains { $0 == name.unicodeScalars.first }
        let shown = (isFormula ? "'" : "") + name
        let records = try records(ReportFixture.awkward(name))
        #expect(records.allSatisfy { $0.count == Self.columns.count })
        let index = try #require(records.first { $0[0] == "index" })
        #expect(Array(index[1].unicodeScalars) == Array(shown.unicodeScalars))
        #expect(Array(index[2].unicodeScalars) == Array(shown.unicodeScalars))
    }

    @Test func `the same report gives the same bytes`() throws {
        let report = ReportFixture.report(days: 200, indices: 5, statistics: 10)
        #expect(try ReportFormat.csv.render(report) == ReportFormat.csv.render(report))
    }
}
