import Testing

@testable import LinearRegex

@Suite("Regular expressions in linear time")
struct LinearRegexTests {
    /// A pattern, texts that it matches as a whole, and others.
    typealias Case = (pattern: String, matching: [String], others: [String])

    private func check(_ pattern: String, _ matching: [String], _ others: [String]) throws {
        let regex = try LinearRegex(pattern)
        for text in matching { #expect(regex.matchesWhole(text), "\(pattern) and \(text.debugDescription)") }
        for text in others { #expect(!regex.matchesWhole(text), "\(pattern) and \(text.debugDescription)") }
    }

    @Test(
        "Texts, alternatives, groups and repetitions",
        arguments: [
            ("", [""], ["a"]), ("shop", ["shop"], ["", "sho", "shopp", "Shop"]), ("a|b", ["a", "b"], ["", "ab", "c"]),
            ("a|", ["a", ""], ["b"]), ("|a|bc", ["", "a", "bc"], ["b", "abc"]),
            ("(a|b)c", ["ac", "bc"], ["a", "abc"]),
            ("a(?:b|c|)d", ["abd", "acd", "ad"], ["abcd"]), ("(?P<n>a)(?<m_1>b)", ["ab"], ["a"]), ("()", [""], ["a"]),
            ("((a)|b(c|d))e", ["ae", "bce", "bde"], ["be", "abce"]), ("(a|b|c)*", ["", "abc", "ccba"], ["d", "abd"]),
            (".", ["a", "\n", "é", "\u{1F600}"], ["", "ab", "e\u{301}"]), (".*", ["", "a\nb"], []),
            (".+", ["a", "\n\n"], [""]), ("a*", ["", "aaa"], ["b", "aab"]), ("a+", ["a", "aa"], ["", "ab"]),
            ("a?", ["", "a"], ["aa"]), ("a*?b+?c??", ["b", "aabbc"], ["a", "bcc"]),
            ("(ab)+c", ["abc", "ababc"], ["c"]),
            ("a{2}", ["aa"], ["a", "aaa"]), ("a{2,}", ["aa", "aaaaa"], ["a"]), ("a{1,3}", ["a", "aaa"], ["", "aaaa"]),
            ("a{0,2}?", ["", "a", "aa"], ["aaa"]), ("xa{0}y", ["xy"], ["xay"]), ("a{0,0}", [""], ["a"]),
            ("a{0,}", ["", "aa"], ["b"]), ("a{1}", ["a"], ["", "aa"]),
            ("(a|bc){2,3}", ["abc", "bcabc"], ["a", "bcb"]),
            ("(a?){3}", ["", "a", "aaa"], ["aaaa"]), ("(a*)*", ["", "aa"], ["b"]), ("(a*)+b", ["b", "aab"], ["a"]),
            ("(|a)+", ["", "aa"], ["b"]), ("(?:){1000}", [""], ["a"]), ("(a{2}){2}", ["aaaa"], ["aaa"]),
            ("a{", ["a{"], []), ("a{,2}", ["a{,2}"], ["aa"]), ("a{x}", ["a{x}"], []), ("a{2", ["a{2"], []),
            ("a{02}", ["a{02}"], ["aa"]), ("a{1,02}", ["a{1,02}"], []), ("{", ["{"], []), ("]}", ["]}"], []),
            ("a{1000}", [String(repeating: "a", count: 1000)], [String(repeating: "a", count: 999)]),
        ] as [Case])
    func structure(_ pattern: String, _ matching: [String], _ others: [String]) throws {
        try check(pattern, matching, others)
    }

    @Test(
        "Classes, and what a backslash makes",
        arguments: [
            ("[abc]", ["a", "c"], ["d", "", "ab"]), ("[a-cx]+", ["abcx"], ["d", "-"]), ("[^a-c]", ["d", "\n"], ["a"]),
            ("[]a]", ["]", "a"], ["b"]), ("[^]a]", ["b"], ["]", "a"]), ("[a-]", ["a", "-"], ["b"]),
            ("[-a]", ["a", "-"], ["b"]), ("[a-c-e]", ["b", "-", "e"], ["d"]), ("[a&&b]+", ["a&b"], ["c"]),
            ("[+--]", ["+", ",", "-"], ["."]), ("[a^]", ["a", "^"], ["b"]),
            ("[[]", ["["], ["a"]), ("[[:]", ["[", ":"], ["a"]), (#"[\]\\\-]+"#, [#"]\-"#], ["a"]),
            (#"[\d.]+"#, ["1.5"], ["a"]), (#"[^\d\s]"#, ["a"], ["1", " "]), (#"[\D]"#, ["a"], ["1"]),
            (#"[\n-\r]"#, ["\u{B}"], ["\t"]), (#"[\x41-\x{43}]"#, ["A", "C"], ["D"]), ("[.*+?$()|{}]", ["|"], ["a"]),
            ("[[:alpha:]]+", ["aZ"], ["1", "é"]), ("[[:^alpha:]]+", ["1é"], ["a"]),
            ("[^[:digit:]a]", ["b"], ["1", "a"]),
            ("[[:alnum:]_-]+", ["a-1_"], [" "]), ("[[:space:]]+", [" \t\n\u{B}\u{C}\r"], ["\u{A0}"]),
            ("[[:punct:]]+", ["!/:@[`{~"], ["a", " "]), ("[[:xdigit:]]+", ["09afAF"], ["g"]),
            ("[[:word:]]+", ["a_1"], ["-"]), ("[[:upper:]][[:lower:]]", ["Ab"], ["aB"]),
            ("[[:blank:]]", ["\t"], ["\n"]),
            ("[[:cntrl:]]", ["\u{7F}"], ["a"]), ("[[:print:]]", [" "], ["\n"]), ("[[:graph:]]", ["!"], [" "]),
            ("[[:ascii:]]", ["\0"], ["é"]),
            (#"\d+"#, ["0159"], ["a", "٣"]), (#"\D"#, ["a", "٣"], ["1"]), (#"\w+"#, ["aZ_9"], ["-", "é"]),
            (#"\W"#, ["-", "é"], ["a"]), (#"\s+"#, [" \t\n\u{C}\r"], ["\u{B}", "\u{A0}"]), (#"\S"#, ["\u{B}"], [" "]),
            (#"\a\f\n\r\t\v"#, ["\u{7}\u{C}\n\r\t\u{B}"], []), (#"\x4a\x{1F600}\x{0000041}"#, ["J\u{1F600}A"], []),
            (#"\0\12\101\1012"#, ["\0\nAA2"], []), (#"\08"#, ["\u{0}8"], []),
            (#"\.\*\_\-\\\|\ \"\/"#, [#".*_-\| "/"#], []),
            (#"\Qa.b|\n\E+c"#, [#"a.b|\nc"#, #"a.b|\nnnc"#], []), (#"\Qa*"#, ["a*"], []), (#"a\Q\Eb"#, ["ab"], []),
        ] as [Case])
    func classes(_ pattern: String, _ matching: [String], _ others: [String]) throws {
        try check(pattern, matching, others)
    }

    @Test(
        "Flags, places and Unicode",
        arguments: [
            ("(?i)shop", ["shop", "SHOP", "sHoP", "\u{17F}hop"], ["shopp"]), ("a(?i)b", ["ab", "aB"], ["AB"]),
            ("a(?i:b)c", ["aBc"], ["aBC"]), ("(?i)a(?-i)b", ["Ab"], ["AB"]), ("(a(?i)b|c)d", ["aBd", "Cd"], ["CD"]),
            ("(?i)[a-c]", ["B", "b"], ["D"]), ("(?i)[^a-c]", ["d"], ["B", "b"]), ("(?i)É", ["é", "É"], ["e"]),
            ("(?i)k", ["k", "K", "\u{212A}"], []), ("(?i)[\u{212A}]", ["k", "K"], ["j"]), ("(?i)σ", ["Σ", "ς"], []),
            ("(?i)ß", ["ß", "ẞ"], ["ss"]), ("(?i)i", ["I"], ["ı", "İ"]), (#"(?i)\w"#, ["\u{17F}"], ["-"]),
            (#"(?i)\W"#, ["-"], ["\u{17F}", "S"]), (#"(?i)\p{Lu}"#, ["a", "A"], ["1"]), (#"(?i)\P{Lu}"#, ["1"], ["a"]),
            ("(?i)[\\x{0}-\\x{10FFFF}]", ["a"], []), ("(?i)1-_", ["1-_"], []),
            ("(?s).", ["\n"], []), ("(?-s).", ["a"], ["\n"]), ("(?is-s:.A)", ["xa"], ["\na"]),
            ("(?-s:.).", ["a\n"], ["\na"]),
            ("(?)a", ["a"], []),
            ("^a$", ["a"], ["a\n"]), (#"\Aa\z"#, ["a"], []), ("^*a", ["a"], []), ("a^b", [], ["ab", "a\nb"]),
            ("a$b", [], ["ab"]), ("(^|x)a($|y)", ["a", "xay", "xa"], ["ya"]), ("(a|^)*b", ["b", "aab"], []),
            (#".*\bshop\b.*"#, ["shop", "a shop", "a-shop.b"], ["shops", "xshop"]), (#"\b"#, [], ["", "a"]),
            (#"\B"#, [""], ["a"]), (#"a\Bb"#, ["ab"], []), (#"a\bb"#, [], ["ab"]), (#"é\b."#, ["éa"], ["éé"]),
            ("caf.", ["caf\u{E9}"], ["cafe\u{301}"]), ("caf\u{E9}", ["caf\u{E9}"], ["cafe\u{301}"]),
            ("cafe\u{301}", ["cafe\u{301}"], ["caf\u{E9}"]), ("e\u{301}+", ["e\u{301}\u{301}"], ["e\u{301}e\u{301}"]),
            ("[\u{E0}-\u{EF}]+", ["éà"], ["e"]), ("\r\n", ["\r\n"], ["\n"]), ("\\r.", ["\r\n"], []),
            (#"\pL+"#, ["aéあ"], ["1"]), (#"\p{L}\p{Lu}\p{Ll}"#, ["aÉé"], ["aéé"]), (#"\PL"#, ["1"], ["é"]),
            (#"\p{^L}"#, ["1"], ["é"]), (#"\P{^L}"#, ["é"], ["1"]), (#"[\p{Nd}_]+"#, ["٣_1"], ["a"]),
            (#"[^\pL\pN]"#, ["-"], ["é", "٣"]), (#"\p{Any}"#, ["\u{378}"], [""]),
            (#"\p{Sc}\p{Z}\p{C}"#, ["€\u{A0}\0"], []),
        ] as [Case])
    func unicode(_ pattern: String, _ matching: [String], _ others: [String]) throws {
        try check(pattern, matching, others)
    }

    @Test(
        "What is wrong or not supported is named",
        arguments: [
            ("(a", #""(a" is a group that is not closed"#), ("a(?i", #""(?i" is a group that is not closed"#),
            ("a)b", #""a)" ends a group that was not opened"#), ("x[a", #""[a" is a class that is not closed"#),
            ("[", #""[" is a class that is not closed"#), ("[]", #""[]" is a class that is not closed"#),
            ("[a-", #""[a-" is a class that is not closed"#), ("*a", #""*" has nothing to repeat"#),
            ("a|+", #""+" has nothing to repeat"#), ("(?:?)", #""?" has nothing to repeat"#),
            ("{2}", #""{2}" has nothing to repeat"#), ("a**", #""**" repeats what is repeated already"#),
            ("a{2}{3}", #""{2}{3}" repeats what is repeated already"#),
            ("x{1000}{1000}", #""{1000}{1000}" repeats what is repeated already"#),
            ("a*+", #""*+" is a possessive repetition, which is not supported"#),
            ("a{2,1}", #""{2,1}" repeats at most less than at least"#),
            ("a{1001}", #""{1001}" repeats more than 1000 times"#),
            ("a{1,99999999999999999999}", #""{1,99999999999999999999}" repeats more than 1000 times"#),
            ("[x--]", #""x--" is a range that ends before it begins"#),
            ("[z-a]", #""z-a" is a range that ends before it begins"#),
            ("[[:nope:]]", #""[:nope:]" is not a known class"#),
            (#"[a-\d]"#, #""\d" is not a known escape"#), (#"[\b]"#, #""\b" is not a known escape"#),
            (#"a\"#, #""\" at the end has nothing to escape"#), (#"\y"#, #""\y" is not a known escape"#),
            (#"\é"#, #""\é" is not a known escape"#), (#"(a)\1"#, #""\1" is a backreference, which is not supported"#),
            (#"\8"#, #""\8" is a backreference, which is not supported"#),
            (#"\k<n>"#, #""\k" is a backreference or the like, which is not supported"#),
            (#"\x4"#, #""\x4" is not the number of a character, such as \x41 or \x{1F600}"#),
            (#"\x{D800}"#, #""\x{D800}" is not the number of a character, such as \x41 or \x{1F600}"#),
            (#"\x{110000}"#, #""\x{110000}" is not the number of a character, such as \x41 or \x{1F600}"#),
            (
                #"\p{Greek}"#,
                #""\p{Greek}" is not a general category such as L or Lu; "#
                    + "scripts and other properties are not supported"
            ),
            (#"\p{L"#, #""\p{L" has a brace that is not closed"#),
            ("(?=a)", #""(?=" is a lookahead, which is not supported"#),
            ("(?!a)", #""(?!" is a lookahead, which is not supported"#),
            ("(?<=a)", #""(?<=" is a lookbehind, which is not supported"#),
            ("(?<!a)", #""(?<!" is a lookbehind, which is not supported"#),
            ("(?>a)", #""(?>" is an atomic group, which is not supported"#),
            ("(?#a)", #""(?#" is a comment, which is not supported"#),
            ("(?P=n)", #""(?P=" is a backreference, which is not supported"#),
            ("(?<>a)", #""(?<>a)" is a group without a proper name"#),
            ("(?m)a", #""(?m" has the flag m, which is not supported; only i and s are"#),
            ("(?iU:a)", #""(?iU" has the flag U, which is not supported; only i and s are"#),
            ("(?-)a", #""(?-)" is not a kind of group"#), ("(?x)a", #""(?x" is not a kind of group"#),
            ("(x{1000}){1000}", "it is too large: it takes more than 10000 instructions"),
            ("(x{100}){100}", "it is too large: it takes more than 10000 instructions"),
            ("(((x?){100}){100}){100}", "it is too large: it takes more than 10000 instructions"),
        ])
    func refusals(_ pattern: String, _ message: String) {
        let failure = #expect(throws: LinearRegex.Failure.self) { try LinearRegex(pattern) }
        #expect(failure?.description == message)
    }

    @Test("Large patterns are refused, with a short message")
    func large() throws {
        func failure(_ pattern: String) -> String {
            #expect(throws: LinearRegex.Failure.self) { try LinearRegex(pattern) }?.description ?? ""
        }
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "a" + String(repeating: ")", count: depth)
        }
        #expect(try LinearRegex(nested(200)).matchesWhole("a"))
        #expect(failure(nested(201)) == "it is too deeply nested: more than 200 groups in one another")
        #expect(failure(nested(9000)).hasPrefix("it is too deeply nested"))
        #expect(try LinearRegex(String(repeating: "a", count: 9999)).size == 10_000)
        #expect(failure(String(repeating: "a", count: 10_000)).hasPrefix("it is too large"))
        #expect(failure(String(repeating: "|", count: 10_000)).hasPrefix("it is too large"))
        #expect(failure(String(repeating: "()", count: 100_000)).hasPrefix("it is too large"))
        #expect(
            failure("[" + String(repeating: "é", count: 500)) == "\"[\(String(repeating: "é", count: 98))…\" "
                + "is a class that is not closed")
        #expect(LinearRegex.excerpt(String(repeating: "a", count: 100)) == String(repeating: "a", count: 100))
    }

    @Test(
        "No pattern takes for ever",
        arguments: [
            "(a+)+b", "(a*)*b", "(a|a)*b", "(a|aa)+b", ".*.*.*.*!", "(.+)+!", "(a?){20}a{20}b", "((a*)*)*b",
            "(.*)*(.*)*!",
            "((a{1,5}){1,5})+b", "(?i)(A|a|[a-b])*!",
        ])
    func hostile(_ pattern: String) throws {
        let regex = try LinearRegex(pattern)
        #expect(!regex.matchesWhole(String(repeating: "a", count: 10_000)))
        #expect(regex.matchesWhole("aaaaaaaaaa!") == pattern.hasSuffix("!"))
    }

    @Test("What matches is what matches in Swift's own engine", arguments: 0..<8)
    func oracle(_ seed: UInt64) throws {
        var random = Numbers(state: seed)
        for _ in 0..<300 {
            let pattern = Self.pattern(2, &random)
            let regex = try LinearRegex(pattern)
            let oracle = try Regex(pattern).matchingSemantics(.unicodeScalar).dotMatchesNewlines()
                .asciiOnlyCharacterClasses()
            for _ in 0..<10 {
                let count = Int.random(in: 0..<8, using: &random)
                let text = String((0..<count).map { _ in "abA-\n".randomElement(using: &random) ?? "a" })
                let expected = try oracle.wholeMatch(in: text) != nil
                #expect(regex.matchesWhole(text) == expected, "\(pattern) and \(text.debugDescription)")
            }
        }
    }

    /// A random pattern of few repetitions, which cannot keep the oracle busy.
    private static func pattern(_ depth: Int, _ random: inout Numbers) -> String {
        func part() -> String {
            if depth > 0, Int.random(in: 0..<3, using: &random) == 0 {
                return (["(", "(?:", "(?i:"].randomElement(using: &random) ?? "(") + pattern(depth - 1, &random) + ")"
            }
            return [
                "a", "b", "A", "-", ".", "[ab]", "[^a]", "[a-]", #"\w"#, #"\W"#, #"\s"#, "[[:alpha:]]", #"\x61"#, "^",
                "$",
                #"\S"#, "ab", "(?i)a", "[^-b]",
            ].randomElement(using: &random) ?? "a"
        }
        func repeated(_ part: String) -> String {
            if ["^", "$", "(?i)a"].contains(part) { return part }
            let repetition = ["", "", "", "*", "+", "?", "{2}", "{1,2}", "*?", "+?", "??", "{2,}"]
            // Swift's engine does not count a repetition that takes nothing: (^a?){2,} does not match "a" there.
            let mayBeEmpty = part.hasSuffix(")")
            return part + (repetition.dropLast(mayBeEmpty ? 1 : 0).randomElement(using: &random) ?? "")
        }
        return (0..<Int.random(in: 1...2, using: &random)).map { _ in
            (0..<Int.random(in: 0...3, using: &random)).map { _ in repeated(part()) }.joined()
        }.joined(separator: "|")
    }

    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }
}
