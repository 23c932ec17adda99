import AlgoliaClient
import Testing
import UsageModel

@testable import Collector

@Suite("Which clusters are asked about")
struct ClusterChoiceTests {
    private static let day: Int64 = 86_400

    @Test(
        "A server is named after its cluster",
        arguments: [
            ("c4-fr-1", "c4-fr"), ("c11-jp-12", "c11-jp"), ("c3-use-west-2", "c3-use-west"), ("c4-fr", nil),
            ("s1", nil), ("s-1", nil), ("c4-fr-", nil), ("c4-fr-1a", nil), ("-fr-1", nil), ("c4--1", nil), ("", nil),
        ] as [(ServerName, ServerName?)])
    func names(server: ServerName, cluster: ServerName?) {
        #expect(ClusterChoice.cluster(ofServer: server) == cluster)
    }

    @Test("The inventory comes before the names of servers, and the configuration before both")
    func order() {
        var choice = ClusterChoice(configured: nil)
        #expect(choice.names.isEmpty && choice.source == nil && choice.nextSearch == 0)
        choice.noteServers(["odd"], now: 1000)
        #expect(choice.names.isEmpty && choice.nextSearch == 1010, "soon, while there is none")
        choice.noteServers(["c7-use-2", "c4-fr-2", "c4-fr-1", "odd"], now: 1060)
        #expect(choice.names == ["c4-fr", "c7-use"] && choice.source == .servers && choice.nextSearch == 4660)
        choice.noteInventory([
            InventoryServer(name: "b", cluster: "c9-uk"), InventoryServer(name: "a", cluster: "c9-uk"),
            InventoryServer(name: "c"),
        ])
        #expect(choice.names == ["c9-uk"] && choice.source == .inventory && choice.nextSearch == nil)
        choice.configure(["c2-au", "c1-de", "c2-au"])
        #expect(choice.names == ["c1-de", "c2-au"] && choice.source == .configuration)
        choice.configure([])
        #expect(choice.names.isEmpty && choice.source == nil && choice.nextSearch == nil, "none is none")
        choice.configure(nil)
        #expect(choice.source == .inventory)
        choice.noteInventory(nil)
        #expect(choice.names == ["c4-fr", "c7-use"], "what the servers said is still there")
        #expect(choice.nextSearch == 0, "and they are looked through again")
    }

    @Test("A cluster is left out for a day of the questions that the vendor does not know it for")
    func unknown() {
        var choice = ClusterChoice(configured: ["c1-de", "c2-au"])
        choice.setAside("c2-au", for: .latency, now: 1000)
        #expect(choice.names(for: .latency, now: 1000 + Self.day - 1) == ["c1-de"])
        #expect(choice.names(for: .status, now: 1000) == ["c1-de", "c2-au"])
        #expect(choice.names(for: .latency, now: 1000 + Self.day) == ["c1-de", "c2-au"])
        #expect(choice.unknownNames == ["c2-au"])
        choice.noteKnown(["c1-de", "c2-au"], for: .latency)
        #expect(choice.unknownNames.isEmpty && choice.names(for: .latency, now: 1000) == ["c1-de", "c2-au"])
        choice.setAside("c2-au", for: .status, now: 1000)
        choice.configure(["c1-de"])
        #expect(choice.unknownNames.isEmpty, "it is none of the application's any more")
    }
}
