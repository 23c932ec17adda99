private import Foundation

/// Prometheus' own engine as the judge of selectors and regular expressions: the command `promtool`.
public enum Promtool {
    /// A selector, and the positions of the series that it should find.
    public typealias Selection = (selector: String, positions: [Int])

    public static var isInstalled: Bool { Tool.isInstalled("promtool") }

    /// `text` as a string of PromQL.
    public static func quoted(_ text: String) -> String {
        let escaped = text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
        return "\"\(escaped.replacingOccurrences(of: "\n", with: "\\n"))\""
    }

    /// Selects from `series`, each in PromQL's notation with the value 1, and compares.
    /// - Returns: the disagreements in promtool's words; empty when there is none.
    public static func disagreements(series: [String], selections: [Selection]) async throws -> String {
        let tests = selections.map { selection in
            PromtoolFile.Test(
                expr: selection.selector, evalTime: "0s",
                expSamples: selection.positions.map { PromtoolFile.Sample(labels: series[$0], value: 1) })
        }
        let file = PromtoolFile(
            tests: [
                .init(
                    interval: "1m", inputSeries: series.map { .init(series: $0, values: "1") }, promqlExprTest: tests
                )
            ])
        let outcome = try await run(["test", "rules"], file)
        return outcome.status == 0 ? "" : outcome.output
    }

    /// The positions of the expressions that it cannot parse, with its reason.
    public static func refusals(of expressions: [String]) async throws -> [Int: String] {
        struct Rules: Encodable {
            var groups: [Group]
            struct Group: Encodable {
                var name = "group"
                var rules: [[String: String]]
            }
        }
        let rules = expressions.enumerated().map { ["record": "r\($0)", "expr": $1] }
        let outcome = try await run(["check", "rules"], Rules(groups: [.init(rules: rules)]))
        var refusals: [Int: String] = [:]
        for line in outcome.output.split(separator: "\n") {
            guard let name = line.firstRange(of: ", \"r"), let end = line[name.upperBound...].firstIndex(of: "\""),
                let number = Int(line[name.upperBound..<end])
            else { continue }
            refusals[number] = String(line[end...])
        }
        // Whatever else it finds wrong with the file is no answer.
        guard (outcome.status == 0) == refusals.isEmpty else { throw Tool.Failure(output: outcome.output) }
        return refusals
    }

    private static func run(_ arguments: [String], _ file: some Encodable) async throws -> Tool.Outcome {
        let folder = TemporaryFolder()
        let path = folder.file("file.yml")
        // JSON is YAML.
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        try encoder.encode(file).write(to: URL(filePath: path))
        let outcome = try await Tool.run("promtool", arguments + [path])
        withExtendedLifetime(folder) {}
        return outcome
    }
}

/// The file that `promtool test rules` reads.
private struct PromtoolFile: Encodable {
    var tests: [Group]

    struct Group: Encodable {
        var interval: String
        var inputSeries: [Series]
        var promqlExprTest: [Test]
    }

    struct Series: Encodable {
        var series: String
        var values: String
    }

    struct Test: Encodable {
        var expr: String
        var evalTime: String
        var expSamples: [Sample]
    }

    struct Sample: Encodable {
        var labels: String
        var value: Double
    }
}
