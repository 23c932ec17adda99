import Foundation
import Testing
import UsageModel

@testable import Capacity
@testable import Presentation
@testable import Reports

@Suite("The list of indices in reports")
struct InventoryTests {
    private let now = ReportFixture.end * 86_400

    private var inventory: InventoryReport {
        InventoryReport(
            fetched: now, isWhole: true, agreed: 50, indices: 20, standardReplicas: 3, virtualReplicas: 1,
            records: 10_000, replicaRecords: 2500,
            families: [ReplicaFamily(primary: "products", standard: 3, virtual: 1, records: 2500)],
            untouched: [ListedState(index: "<old>", time: now - 100 * 86_400, records: 2000)],
            appeared: [ListedState(index: "new", time: now - 86_400, records: 5)],
            gone: [ListedState(index: "tmp", time: now - 2 * 86_400, records: nil)])
    }

    private func report(_ inventory: InventoryReport?, hasUsage: Bool = true) -> CapacityReport {
        var report = ReportFixture.report(days: 200, indices: 3, statistics: 1)
        report.inventory = inventory
        report.hasUsage = hasUsage
        return report
    }

    private func answer(_ id: String, _ inventory: InventoryReport) throws -> CapacityAnswer {
        try #require(report(inventory).answers.first { $0.id == id })
    }

    private func plain(_ text: String) -> String {
        text.replacing(Figure.space, with: " ").replacing(Figure.thinSpace, with: " ")
    }

    @Test(
        "The number of indices is held against the contract", arguments: [(50, "Within"), (24, "Near"), (19, "Over")])
    func number(agreed: Double, state: String) throws {
        var inventory = inventory
        inventory.agreed = agreed
        let one = try answer("indices.number", inventory)
        #expect(one.state?.hasPrefix(state) == true)
        #expect(plain(one.text).hasPrefix("20 indices of \(Int(agreed)) ("))
        #expect(plain(one.details) == "Among them: 3 standard replicas and 1 virtual replica.")
        inventory.agreed = nil
        inventory.isWhole = false
        let without = try answer("indices.number", inventory)
        #expect(without.state == nil && plain(without.text) == "At least 20 indices.")
    }

    @Test("Where no usage is stored, what is agreed is asked about all the same")
    func agreedWithoutUsage() throws {
        var report = report(inventory, hasUsage: false)
        for place in report.limits.indices where report.limits[place].limit == .maxQPS {
            report.limits[place].agreed = nil
        }
        let ids = report.answers.map(\.id)
        #expect(ids.contains("search_requests_per_month.month") && ids.contains("search_requests_per_month.year"))
        #expect(!ids.contains { $0.hasPrefix("max_qps") })
    }

    @Test("What replicas hold, and what is not known of it")
    func replicas() throws {
        #expect(
            plain(try answer("indices.replicas", inventory).text)
                == "Standard replicas hold 2.5 k of 10 k records (25%).")
        var unknown = inventory
        unknown.replicaRecords = nil
        #expect(try answer("indices.replicas", unknown).severity == .unknown)
        var none = inventory
        (none.standardReplicas, none.replicaRecords) = (0, 0)
        #expect(try answer("indices.replicas", none).text == "No index is a standard replica.")
    }

    @Test("Indices that are left alone, and those that came and went, are named")
    func states() throws {
        let untouched = try answer("indices.untouched", inventory)
        #expect(plain(untouched.text) == "1 index with 2 k records (20% of all) was not updated for 90 days.")
        #expect(untouched.details == "Index: <old>." && untouched.severity == .warning)
        let changes = try answer("indices.changes", inventory)
        #expect(plain(changes.text) == "In the last 30 days, 1 index was added and 1 removed.")
        #expect(changes.details == "Added most recently: new. Removed most recently: tmp.")
        var quiet = inventory
        (quiet.untouched, quiet.appeared, quiet.gone) = ([], [], [])
        #expect(try answer("indices.untouched", quiet).severity == .good)
        #expect(
            plain(try answer("indices.changes", quiet).text) == "No index was added or removed in the last 30 days.")
    }

    @Test("Every format has it")
    func formats() throws {
        let report = report(inventory)
        let html = String(decoding: try ReportFormat.html.render(report), as: UTF8.self)
        #expect(html.contains("Replicas by primary index") && html.contains("&lt;old&gt;") && !html.contains("<old>"))
        let markdown = String(decoding: try ReportFormat.markdown.render(report), as: UTF8.self)
        #expect(markdown.contains("## List of indices") && markdown.contains("Indices not updated for 90 days"))
        let csv = String(decoding: try ReportFormat.csv.render(report), as: UTF8.self)
        #expect(csv.contains("inventory_records,DEMOAPP,,standard_replicas,index_entries,records,"))
        #expect(csv.contains("inventory_gone,DEMOAPP,tmp,,index_entries,records,2026-11-20,2026-11-20,,"))
        let json = try JSONSerialization.jsonObject(with: Data(try ReportFormat.json.render(report)))
        let application = ((json as? [String: Any])?["applications"] as? [[String: Any]])?.first
        let list = try #require(application?["inventory"] as? [String: Any])
        #expect(list["indices"] as? Int == 20 && list["agreed"] as? Int == 50 && list["records"] as? Int == 10_000)
        #expect(list["utilization"] as? Double == 0.4 && list["whole"] as? Bool == true)
        #expect((list["gone"] as? [[String: Any]])?.first?["records"] is NSNull, "absent is not 0")
        let without = String(decoding: try ReportFormat.json.render(self.report(nil)), as: UTF8.self)
        #expect(without.contains("\"inventory\":null"))
    }

    @Test("Without usage a report is about records and indices, and says what a usage key would add")
    func withoutUsage() throws {
        var report = report(inventory, hasUsage: false)
        for place in report.limits.indices where report.limits[place].limit != .records {
            report.limits[place].agreed = nil
        }
        #expect(
            report.answers.map(\.id) == [
                "records.month", "records.year", "indices.number", "indices.replicas", "indices.untouched",
                "indices.changes", "certainty", "usage",
            ])
        #expect(report.answers.last?.details.contains("A usage key (Premium plans) adds searches") == true)
        let document = ReportDocument(report, appendix: false)
        #expect(document.sections.map(\.id) == ["contract", "records", "inventory", "indices", "servers", "method"])
    }
}
