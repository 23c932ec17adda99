/// Phrases that user-facing text must not contain, from the chapter "English" of the style guide.
///
/// Tests look for them in the texts that users read: pages, reports, HELP lines, `--help` and the documentation.
public enum PlainEnglish {
    private static let avoided = [
        "the history cannot be used", "again in 60 s", "does not answer (", "going on without", "does not get through",
        "the plan refuses", "the backfill is over", "its key do not fit", "this cannot be said", "in 80 of 100 cases",
        "of 100 cases", "yes, they do already", "are expected in the highest second", "at times: on",
        "that were agreed", "does nobody search", "nobody search", "would have been usual", "what the apis say",
        "how far the backfill is", "the same elsewhere", "a row a value", "counts before the range", "only so many",
        "several if wanted", "there must be none yet", "goes on where it was", "theil and sen", "of its own",
        "whoever", "gladly", "it is told",
    ]

    /// The phrases in `text`, and durations such as `76117d17h to fetch`.
    public static func avoided(in text: String) -> [String] {
        // A line break or a space that does not break is a space to a reader.
        let words = text.lowercased().split { $0.isWhitespace || $0 == "\u{202F}" || $0 == "\u{A0}" }
            .joined(separator: " ")
        var found = avoided.filter { words.contains($0) }
        if let match = words.firstMatch(of: /[0-9][dhms] to fetch/) { found.append(String(match.output)) }
        return found
    }

    /// The percentages in `text` that have a space before their sign: `92 %`.
    public static func spacedPercentages(in text: String) -> [String] {
        text.matches(of: /[0-9][ \u{A0}\u{202F}]%/).map { String($0.output) }
    }
}
