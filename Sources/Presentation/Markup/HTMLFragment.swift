public import Mustache

/// Text that may stand in HTML as it is. A template is given nothing else, so that it cannot let anything through
/// that was not escaped.
///
/// The template engine's own escaping looks at characters, and `<` with an accent after it is another one than `<`:
/// templates say `{{{name}}}`, and ``HTMLText`` escapes.
public struct HTMLFragment: Sendable, MustacheCustomRenderable {
    public let renderText: String
    /// Never: a template's section is there for an empty text too.
    public var isNull: Bool { false }

    /// Any text, escaped.
    public init(_ text: String) { renderText = HTMLText.escape(text) }

    /// Markup that was written here, and in which everything else is escaped.
    public init(markup: String) { renderText = markup }
}
