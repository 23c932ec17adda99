internal import Yams

/// The one YAML document of a configuration file.
enum YAMLDocument {
    /// The document's root; nil for a file without content. What is not YAML
    /// becomes a problem.
    ///
    /// Yams' own descriptions quote the file, and so possibly a key; only its
    /// reasons and positions are used.
    static func root(of text: String, problems: Problems) -> Node? {
        guard text.utf8.count <= TextFile.longest else {
            problems.add(nil, "", "it has more than \(TextFile.longest) bytes")
            return nil
        }
        guard !YAMLShape.hasTooManyAliases(text) else {
            problems.add(
                nil, "", "too many aliases, or an alias, list or mapping as a key",
                expected: "at most \(YAMLShape.mostAnchors) anchors (&name), and texts as keys")
            return nil
        }
        switch LargeStack.run({ compose(text) }) {
        case .success(let root)?: return root
        case .failure(let error as YamlError)?: report(error, of: text, problems)
        case .failure(YAMLShape.Complaint.deep(let mark))?:
            problems.add(
                mark.map(FilePosition.init), "", "lists and mappings are nested too deeply",
                expected: "at most \(YAMLShape.deepest) levels")
        case .failure(YAMLShape.Complaint.large)?:
            problems.add(nil, "", "too many values", expected: "at most \(YAMLShape.mostValues), aliases expanded")
        case .failure?, nil: problems.add(nil, "", "the YAML cannot be read")
        }
        return nil
    }

    /// A root that may be read and let go of on any stack.
    private static func compose(_ text: String) -> Result<Node?, any Error> {
        Result {
            let root = try Yams.compose(yaml: text)
            if let root { try YAMLShape.check(root) }
            return root
        }
    }

    private static func isTab(at mark: Mark, of text: String) -> Bool {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        guard lines.indices.contains(mark.line - 1) else { return false }
        return lines[mark.line - 1].unicodeScalars.dropFirst(mark.column - 1).first == "\t"
    }

    private static func report(_ error: YamlError, of text: String, _ problems: Problems) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            var found = "not valid YAML: \(problem)"
            if let context { found += " \(context.text)" }
            if let context, context.mark.line != mark.line { found += " that begins at line \(context.mark.line)" }
            // libyaml says "alias" also for `[*]`, the likely mistake in lists of patterns.
            let isPattern = context?.text.contains("alias") ?? problem.contains("alias")
            let expected =
                if isPattern { "quotes around text that begins with *" } else if isTab(at: mark, of: text) {
                    "spaces; a tab cannot indent"
                } else { "" }
            problems.add(FilePosition(mark), "", found, expected: expected)
        case .reader(let problem, let offset, _, _):
            problems.add(offset.map { FilePosition(offset: $0, in: text) }, "", "not valid YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map(ShownText.quoted).joined(separator: ", ")
            problems.add(
                FilePosition(context.mark), "", "\(names) is repeated in the same mapping", expected: "each key once"
            )
        default:
            problems.add(nil, "", "the YAML cannot be read")
        }
    }
}
