internal import Yams

/// The one YAML document of a configuration file.
enum YAMLDocument {
    /// The document's root; nil for a file without content. What is not YAML
    /// becomes a problem.
    ///
    /// Yams' own descriptions quote the file, and so possibly a key; only its
    /// reasons and positions are used.
    static func root(of text: String, problems: Problems) -> Node? {
        do {
            return try Yams.compose(yaml: text)
        } catch let error as YamlError {
            report(error, of: text, problems)
        } catch {
            problems.add(nil, "", "the YAML cannot be read")
        }
        return nil
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
            problems.add(Place(mark), "", found, expected: isPattern ? "quotes around a text that begins with *" : "")
        case .reader(let problem, let offset, _, _):
            problems.add(offset.map { Place(offset: $0, in: text) }, "", "not valid YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map(ShownText.quoted).joined(separator: ", ")
            problems.add(
                Place(context.mark), "", "\(names) is in the same mapping again further down", expected: "each key once"
            )
        default:
            problems.add(nil, "", "the YAML cannot be read")
        }
    }
}

extension Place {
    init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
