import Settings
import Testing
import UsageModel

@Suite struct `Names and labels of applications` {
    private func parse(_ rest: String) throws -> Settings {
        try SettingsLoader.parse(withApplication(rest), file: "exporter.yml")
    }

    @Test func `become labels beside the id`() throws {
        let settings = try parse(
            "    name: \" My shop \"\n    labels: { team: search, costCentre_1: 4711, stage: \"prod=1\" }")
        #expect(settings.applications[0].name == "My shop")
        #expect(
            settings.shownMetrics.labels["APP"].map { [$0.name, $0.value] } == [
                ["application_name", "My shop"], ["costCentre_1", "4711"], ["stage", "prod=1"], ["team", "search"],
            ])
        #expect(settings.shownMetrics.labels["OTHER"].isEmpty)
    }

    @Test func `are not needed, and may be empty sections`() throws {
        for rest in ["", "    labels:", "    labels: {}"] {
            #expect(try parse(rest).applicationLabels.isEmpty, "\(rest)")
        }
    }

    @Test(arguments: ["application", "application_name", "index", "le", "quantile", "server", "key", "job", "code"])
    func `cannot have a name that is taken`(name: String) {
        #expect(
            complaints(withApplication("    labels: { team: x, \(name): y }")) == [
                "exporter.yml:4:\(26 + name.count): applications[0].labels: the label \(name) is one of the exporter's "
                    + "or of Prometheus; expected another name"
            ])
    }

    @Test(arguments: [
        "__x", "_x", "Team", "1a", "a-b", "a.b", "a b", "é", "team\\u0301", "a\\nb", "",
        "a234567890b234567890c234567890d234567890e234567890f234567890g234567890h234567890i234567890j2345678901",
    ])
    func `have names that Prometheus takes`(name: String) throws {
        let found = complaints(withApplication("    labels: { \"\(name)\": x }"))
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasPrefix("exporter.yml:4:") == true, "\(found)")
        #expect(found.first?.contains(": applications[0].labels: ") == true, "\(found)")
        #expect(found.first?.contains("is not a label name; expected a small letter") == true, "\(found)")
    }

    @Test(arguments: ["\"\"", "\" \"", "\"a\\nb\"", "\"\\u202E\"", "\"\\0\"", "[a]", "{a: b}", "~"])
    func `have values that can be read`(value: String) {
        for rest in ["    labels: { team: \(value) }", "    name: \(value)"] {
            let found = complaints(withApplication(rest))
            #expect(found.count == 1, "\(rest): \(found)")
            #expect(found.first?.hasPrefix("exporter.yml:4:") == true, "\(found)")
        }
    }

    @Test func `are bounded in number and length`() {
        let many = (0..<21).map { "l\($0): x" }.joined(separator: ", ")
        #expect(
            complaints(withApplication("    labels: { \(many) }")) == [
                "exporter.yml:4:13: applications[0].labels: there are 21 labels; expected at most 20"
            ])
        let long = String(repeating: "é", count: 100)
        #expect(complaints(withApplication("    labels: { team: \(long) }")).isEmpty)
        #expect(complaints(withApplication("    labels: { team: \(long)x }")).count == 1)
    }

    @Test func `that hold a key are not repeated`() {
        let found = complaints(
            withApplication("    labels: { \"usage_api_key: \(secret)\": x, team: \"\(secret)\\n\(secret)\" }"))
        #expect(found.count == 2 && found.allSatisfy { !$0.contains(secret) }, "\(found)")
    }
}
