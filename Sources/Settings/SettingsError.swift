/// Everything that is wrong with a configuration, so that it can be put right at once.
///
/// No problem ever holds a key's text.
public struct SettingsError: Error, Sendable, Hashable {
    /// One thing that is wrong.
    public struct Problem: Sendable, Hashable {
        /// The file as it was named, or `environment`.
        public var file: String
        /// From 1; nil when the problem has no place in the file.
        public var line: Int?
        /// From 1, counted in Unicode scalars; nil when the problem has no place in the file.
        public var column: Int?
        /// Such as `applications[0].id`, or the variable's name; empty for the file as a whole.
        public var key: String
        /// The text that was found.
        public var found: String
        /// The text that would be right; empty when `found` says enough.
        public var expected: String

        public init(
            file: String, line: Int? = nil, column: Int? = nil, key: String = "", found: String, expected: String = ""
        ) {
            self.file = file
            self.line = line
            self.column = column
            self.key = key
            self.found = found
            self.expected = expected
        }
    }

    /// At least one: those of the file by line, then those of the environment.
    public let problems: [Problem]

    public init(_ problems: [Problem]) { self.problems = problems }
}

extension SettingsError: CustomStringConvertible {
    /// A line for each problem.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

extension SettingsError.Problem: CustomStringConvertible {
    /// `exporter.yml:7:13: polling.interval: "5 minutes" is not a duration; expected …`
    public var description: String {
        let place = [file] + [line, column].compactMap { $0?.description }
        let subject = [place.joined(separator: ":"), key].filter { !$0.isEmpty }.joined(separator: ": ")
        return "\(subject): \(found)" + (expected.isEmpty ? "" : "; expected \(expected)")
    }
}
