import Foundation
import TestSupport
import Testing

@testable import LinearRegex

/// The engines of others as judges, on what both understand; the seed is in each failure.
@Suite("Regular expressions: what other engines say", .timeLimit(.minutes(30)))
struct RegexOracleTests {
    /// Makes random patterns.
    private struct Generator {
        var random: SeededGenerator
        let parts: [String]
        let repetitions: [String]

        mutating func pattern(_ depth: Int) -> String {
            (0..<Int.random(in: 1...3, using: &random)).map { _ in branch(depth) }.joined(separator: "|")
        }

        private mutating func branch(_ depth: Int) -> String {
            (0..<Int.random(in: 0...4, using: &random)).map { _ in
                var part = parts.randomElement(using: &random) ?? "a"
                if depth > 0, Int.random(in: 0..<3, using: &random) == 0 {
                    part =
                        (["(", "(?:", "(?i:", "(?s:", "(?-i:"].randomElement(using: &random) ?? "(")
                        + pattern(depth - 1) + ")"
                }
                return part + (repetitions.randomElement(using: &random) ?? "")
            }.joined()
        }

        mutating func text(_ alphabet: String) -> String {
            let scalars = Array(alphabet.unicodeScalars)
            let count = Int.random(in: 0...6, using: &random)
            return String(
                String.UnicodeScalarView((0..<count).compactMap { _ in scalars.randomElement(using: &random) }))
        }
    }

    private static let repetitions = ["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{2,3}?"]

    // MARK: Go, which is Prometheus' own

    private static let texts = [
        "", "a", "A", "b", "ab", "aB", "ABAB", "aab", "abab", "-", "a-b", "_", "1", "a1_", "a b", "\t", "é", "É",
        "caf\u{E9}",
        "e\u{301}", "ſ", "s", "S", "k", "\u{212A}", "ß", "ẞ", "ss", "σ", "ς", "Σ", "ǅ", "ǆ", "i", "ı", "İ", "あ",
        "\u{1F6D2}",
        "٣", "€", "(", "]", "\\", "\"", "^", "$", ".", "{2}", "a{", "\u{B}", "\u{A0}", "ª", "Ⅷ", "µ", "μ", "θ", "ϑ",
        "å", "\u{212B}",
    ]

    @Test("What matches is what matches in Prometheus", .enabled(if: Promtool.isInstalled, "promtool is not installed"))
    func go() async throws {
        var generator = Generator(
            random: SeededGenerator(1),
            parts: [
                "a", "b", "A", "-", ".", "é", "É", "s", "ß", "σ", "[ab]", "[^a]", "[a-]", "[^-b]", "[é-ü]",
                "[[:alpha:]]",
                "[[:^digit:]]", "[^[:space:]a]", #"\w"#, #"\W"#, #"\s"#, #"\S"#, #"\d"#, #"\D"#, #"\pL"#, #"\PL"#,
                #"\p{Lu}"#,
                #"\P{Lu}"#, #"[\p{Ll}\d]"#, #"[^\pL\s]"#, #"\p{^Nd}"#, #"\x61"#, #"\x{1F6D2}"#, #"\141"#, "^", "$",
                #"\b"#, #"\B"#,
                #"\A"#, #"\z"#, "(?i)", "(?-i)", #"\Qa.b\E"#, #"\."#, "a{", "{2", "]", "(?i)[k-s]", "(?i)[^k]",
                #"[\]\\-]"#,
                "(?i)θ", "(?i)µ", "(?i)Å", "(?i)ǅ", #"\p{Lt}"#, #"[[:punct:]\s]"#, "[^]a]", "[]b]",
            ], repetitions: Self.repetitions)
        var patterns: [String] = []
        while patterns.count < 1500 {
            let pattern = generator.pattern(2)
            // What both read; the next test is about the rest.
            if (try? LinearRegex(pattern)) != nil { patterns.append(pattern) }
        }
        let refused = try await Promtool.refusals(of: patterns.map { "m{v=~\(Promtool.quoted($0))}" })
        let selections: [Promtool.Selection] = try patterns.indices.filter { refused[$0] == nil }.map { number in
            let regex = try LinearRegex(patterns[number])
            return (
                "m{v=~\(Promtool.quoted(patterns[number]))}",
                Self.texts.indices.filter { regex.matchesWhole(Self.texts[$0]) }
            )
        }
        #expect(selections.count > 1400)
        let series = Self.texts.map { "m{v=\(Promtool.quoted($0))}" }
        let disagreements = try await Promtool.disagreements(series: series, selections: selections)
        #expect(disagreements == "")
    }

    @Test(
        "Whatever is read is read by Prometheus, and what it reads is read or refused as not supported",
        .enabled(if: Promtool.isInstalled, "promtool is not installed"), arguments: 1..<4 as Range<UInt64>)
    func goSyntax(seed: UInt64) async throws {
        var random = SeededGenerator(seed)
        let tokens = [
            "a", "b", "1", "(", ")", "(?", "(?:", "(?i", "(?P<n", ">", ":", "-", "[", "]", "^", "[^", "[[:alpha:]",
            "[:", ":]", "{", "}",
            "{2}", "{2,", "{1,3}", "{3,1}", "{1001}", "{01}", ",", "*", "+", "?", "|", ".", "$", "\\", #"\d"#, #"\p"#,
            "L", "{Lu}",
            #"\x"#, "41", "{41}", #"\0"#, #"\8"#, #"\1"#, #"\z"#, #"\Z"#, #"\C"#, #"\b"#, "é", "(?i)",
            "(?s-i:", "=", "!", "<", "#",
        ]
        let patterns = (0..<4000).map { _ in
            (0..<Int.random(in: 1...6, using: &random)).map { _ in tokens.randomElement(using: &random) ?? "" }.joined()
        }
        let refused = try await Promtool.refusals(of: patterns.map { "m{v=~\(Promtool.quoted($0))}" })
        var both = 0
        for (number, pattern) in patterns.enumerated() {
            do {
                _ = try LinearRegex(pattern)
                #expect(
                    refused[number] == nil,
                    "seed \(seed): \(pattern) is read here, but not there: \(refused[number] ?? "")")
                both += 1
            } catch {
                guard refused[number] == nil else { continue }
                let isForeseen = ["not supported", "only i and s are"].contains { error.description.contains($0) }
                #expect(isForeseen, "seed \(seed): \(pattern) is read there, but not here: \(error)")
            }
        }
        #expect(both > 500)
        #expect(refused.count > 500)
    }

    // MARK: Python

    private static let script = """
        import json, re, sys, warnings
        warnings.simplefilter("ignore")
        for pattern, texts in json.load(sys.stdin):
            try:
                regex = re.compile(pattern, re.DOTALL | re.ASCII)
                print(json.dumps([regex.fullmatch(text) is not None for text in texts]))
            except re.error:
                print("[]")
        """

    @Test(
        "What matches is what matches in Python, line ends and all",
        .enabled(if: Tool.isInstalled("python3"), "python3 is not installed"), arguments: 1..<4 as Range<UInt64>)
    func python(seed: UInt64) async throws {
        // One group within none, and short texts: that engine takes for ever otherwise.
        // No `$`: there it also matches before a line end that is the last.
        var generator = Generator(
            random: SeededGenerator(seed),
            parts: [
                "a", "b", "A", "-", ".", "(?-s:.)", "\n", #"\n"#, #"\t"#, "[ab]", "[^a]", #"[^\n]"#, "[a-]", "[^-b]",
                #"[\w-]"#, #"[^\W\d]"#,
                #"\w"#, #"\W"#, #"\S"#, #"\d"#, #"\D"#, #"\x61"#, "^", #"\b"#, #"\."#, "[]a]", "[^]a]", "ab",
            ], repetitions: Self.repetitions)
        var cases: [(pattern: String, texts: [String])] = []
        while cases.count < 1000 {
            let pattern = generator.pattern(1)
            guard (try? LinearRegex(pattern)) != nil else { continue }
            cases.append((pattern, (0..<12).map { _ in generator.text("abA-_1\n\t.]") }))
        }
        let input = try JSONSerialization.data(withJSONObject: cases.map { [$0.pattern, $0.texts] as [Any] })
        let outcome = try await Tool.run("python3", ["-c", Self.script], input: Array(input))
        try #require(outcome.status == 0, "\(outcome.output)")
        let answers = outcome.output.split(separator: "\n")
        try #require(answers.count == cases.count)
        // It does not repeat places such as `^*`.
        #expect(answers.count { $0 != "[]" } > 300)
        for (one, answer) in zip(cases, answers) {
            let expected = try JSONDecoder().decode([Bool].self, from: Data(answer.utf8))
            let regex = try LinearRegex(one.pattern)
            for (text, isMatch) in zip(one.texts, expected) {
                #expect(
                    regex.matchesWhole(text) == isMatch,
                    "seed \(seed): \(one.pattern.debugDescription) and \(text.debugDescription)")
            }
        }
    }

    // MARK: Cost

    @Test(
        "The steps of a text grow with its length, not faster, whatever the pattern", arguments: 0..<10 as Range<UInt64>
    )
    func linear(seed: UInt64) throws {
        var generator = Generator(
            random: SeededGenerator(seed), parts: ["a", "b", ".", "[ab]", #"\w"#, "(?i)a"],
            repetitions: Self.repetitions)
        for _ in 0..<30 {
            let pattern = generator.pattern(3)
            guard let regex = try? LinearRegex(pattern) else { continue }
            for length in [100, 1000] {
                let text = String(repeating: "ab", count: length / 2) + "!"
                var steps = Int.max
                let whole = regex.matchesWhole(text, steps: &steps)
                // Each instruction is followed and looked at once for each scalar.
                #expect(Int.max - steps <= 2 * (regex.size + 2) * (length + 3), "seed \(seed): \(pattern)")
                // With as many steps it is the same, with fewer there is at least no other answer.
                var exact = Int.max - steps
                let needed = exact
                #expect(regex.matchesWhole(text, steps: &exact) == whole && exact == 0, "seed \(seed): \(pattern)")
                var fewer = needed - 1
                let answer = regex.matchesWhole(text, steps: &fewer)
                #expect((answer == nil || answer == whole) && fewer < 0, "seed \(seed): \(pattern)")
            }
        }
    }

    @Test(
        "Any bytes of a pattern are read or refused in a short sentence, never a crash",
        arguments: 0..<10 as Range<UInt64>)
    func anything(seed: UInt64) {
        var random = SeededGenerator(seed)
        let marks =
            Array(#"\()[]{}|*+?^$.,-:=!<>#PQEpx0189iLms&é"#.unicodeScalars) + [
                "\0", "\u{301}", "\u{1F6D2}", "\u{10FFFF}",
            ]
        for _ in 0..<3000 {
            let count = Int.random(in: 0...30, using: &random)
            let pattern = String(
                String.UnicodeScalarView((0..<count).compactMap { _ in marks.randomElement(using: &random) }))
            do throws(LinearRegex.Failure) {
                let regex = try LinearRegex(pattern)
                #expect(regex.size <= LinearRegex.sizeLimit)
                _ = regex.matchesWhole(pattern)
            } catch {
                #expect(error.description.unicodeScalars.count < 200, "seed \(seed)")
            }
        }
    }
}
