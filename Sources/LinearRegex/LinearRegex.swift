/// A regular expression that always takes time in proportion to its size and that of the text.
///
/// Swift's `Regex` backtracks: a pattern such as `(a+)+b` keeps it busy for longer than anyone waits, and nothing
/// can stop it. Here all ways to match are followed at once, so each scalar of a text costs at most one look at every
/// instruction. It is the only engine for patterns from requests and from the configuration.
///
/// The syntax is that of RE2, which Prometheus and Grafana's users write, with the differences that
/// follow from its one use, whether *all* of a text matches: lazy repetitions are as the others, groups
/// capture nothing, and a dot matches a newline unless `(?-s)` says otherwise, as in Prometheus.
/// Not supported are the flags `m` and `U`, and scripts (`\p{Greek}`).
///
/// Texts are compared scalar by scalar: `é` of one scalar and of two are different texts.
public struct LinearRegex: Sendable {
    /// Times that `{n,m}` may repeat, as in RE2.
    static let repetitionLimit = 1000
    /// Groups within groups. RE2 has 1000; no one can read a fifth of that.
    static let depthLimit = 200
    /// The largest ``size``. What `{n,m}` repeats is in it as many times.
    static let sizeLimit = 10_000

    /// Scalars of a pattern: twice as many as a program of the largest size has instructions.
    static let lengthLimit = 20_000

    private let program: Program
    /// The text itself, when there is only one that matches.
    private let literal: [Unicode.Scalar]?

    /// - Throws: ``Failure`` for what is not RE2's syntax or not supported, or what is too large.
    public init(_ pattern: String) throws(Failure) {
        var parser = Parser(pattern)
        program = try parser.parse()
        literal = program.literal
    }

    /// Whether all of `text` matches.
    public func matchesWhole(_ text: String) -> Bool {
        var steps = Int.max
        return matchesWhole(text, steps: &steps) ?? false
    }

    /// Whether all of `text` matches; nil when it takes more than `steps` looks at an instruction to tell.
    /// - Parameter steps: reduced by those that it took.
    func matchesWhole(_ text: String, steps: inout Int) -> Bool? {
        if let literal {
            steps -= literal.count + 1
            return steps < 0 ? nil : text.unicodeScalars.elementsEqual(literal)
        }
        var simulation = Simulation(program, steps: steps)
        defer { steps = simulation.steps }
        return simulation.matchesWhole(text.unicodeScalars)
    }

    /// The cost of making the program and looking at all of it once: its instructions, and its classes by the
    /// ranges that they have.
    public var size: Int { program.instructions.count + program.classCost }

    /// As much of a pattern as an error shows: 100 scalars.
    public static func excerpt(_ pattern: String) -> String { excerpt(pattern.unicodeScalars) }

    static func excerpt(_ scalars: some Collection<Unicode.Scalar>) -> String {
        let limit = 100
        let isLong = scalars.dropFirst(limit).first != nil
        return String(String.UnicodeScalarView(scalars.prefix(isLong ? limit - 1 : limit))) + (isLong ? "…" : "")
    }

    /// Why a pattern is refused, in words that follow "the pattern cannot be read: ".
    public struct Failure: Error, Equatable, CustomStringConvertible {
        public let description: String

        init(_ description: String) { self.description = description }

        /// - Parameter part: the part of the pattern that is wrong.
        init(_ part: some Collection<Unicode.Scalar>, _ what: String) {
            description = "\"\(LinearRegex.excerpt(part))\" \(what)"
        }
    }
}
