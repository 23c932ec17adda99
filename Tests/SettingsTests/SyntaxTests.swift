import Settings
import Testing

@Suite struct `A file that is not YAML` {
    @Test(arguments: [
        ("polling: { interval: 5m\nstorage: {}", "2:8: not valid YAML: "),
        ("polling:\n\tinterval: 5m", "2:1: not valid YAML: "),
        ("a: \"b", "1:6: not valid YAML: "),
        ("a: b\nc: \u{1}", "2:4: not valid YAML: "),
        ("a: {}\n---\nb: {}", "2:1: not valid YAML: but found another document"),
        ("a: *nothing", "1:4: not valid YAML: found undefined alias"),
    ])
    func `is reported with line and column`(_ yaml: String, _ beginning: String) throws {
        let lines = complaints(yaml)
        #expect(lines.count == 1)
        #expect(try #require(lines.first).hasPrefix("exporter.yml:\(beginning)"))
    }

    @Test func `because a pattern has no quotes says so`() throws {
        let lines = complaints("applications:\n  - indices: { include: [*] }")
        #expect(lines.count == 1)
        #expect(try #require(lines.first).hasPrefix("exporter.yml:2:"))
        #expect(try #require(lines.first).hasSuffix("expected quotes around text that begins with *"))
    }

    @Test func `because a tab indents it says so`() throws {
        let lines = complaints("polling:\n\tinterval: 5m")
        #expect(lines.count == 1)
        #expect(try #require(lines.first).hasSuffix("; expected spaces; a tab cannot indent"))
    }

    @Test func `because a key is there twice names the key`() {
        #expect(
            complaints("polling:\n  interval: 5m\n  timeout: 9s\n  interval: 6m") == [
                "exporter.yml:2:3: \"interval\" is repeated in the same mapping; expected each key once"
            ])
    }

    @Test func `but a list or a text says so`() {
        #expect(complaints("[]")[0].hasPrefix("exporter.yml:1:1: a list is not a mapping; "))
        #expect(complaints("hello")[0].hasPrefix("exporter.yml:1:1: a single value is not a mapping; "))
    }
}
