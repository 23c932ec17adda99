internal import Mustache
internal import Presentation
internal import UsageModel

/// HTML that may stand in a page as it is.
///
/// Text becomes markup by being escaped, so what is interpolated into a literal is text unless it is markup
/// already: `"<b>\(name)</b>"` cannot hold an element that `name` brought along.
struct Markup: Sendable, Hashable, ExpressibleByStringInterpolation {
    private(set) var html: String

    /// `html` as it is: for what another part of the program has written as HTML.
    init(trusted html: String) { self.html = html }

    /// `text` for people to read.
    init(text: String) { html = HTMLText.escape(text) }

    init(stringLiteral literal: String) { html = literal }

    init(stringInterpolation interpolation: StringInterpolation) { html = interpolation.html }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var html = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            html.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        mutating func appendLiteral(_ literal: String) { html += literal }
        mutating func appendInterpolation(_ text: String) { html += HTMLText.escape(text) }
        mutating func appendInterpolation<Kind>(_ name: VendorName<Kind>) { html += HTMLText.escape(name.text) }
        mutating func appendInterpolation(_ markup: Markup) { html += markup.html }
        mutating func appendInterpolation(_ number: some FixedWidthInteger) { html += String(number) }
    }

    static let empty = Markup(trusted: "")

    var isEmpty: Bool { html.isEmpty }

    static func + (left: Markup, right: Markup) -> Markup { Markup(trusted: left.html + right.html) }
}

extension Sequence<Markup> {
    func joined(_ separator: String = "") -> Markup {
        Markup(trusted: map(\.html).joined(separator: separator))
    }
}

extension Markup: MustacheCustomRenderable {
    var renderText: String { html }
    var isNull: Bool { isEmpty }
}

/// The data of a template: a plain struct, each of whose properties is a name in the template.
///
/// Strings are escaped on their way into it. Templates therefore write `{{{name}}}` everywhere: the library's own
/// escaping goes by characters, and would let pass a `<` that an accent follows.
protocol ViewModel: MustacheParent, Sendable {}

extension ViewModel {
    func child(named name: String) -> Any? {
        let property = Mirror(reflecting: self).children.first { $0.label == name }
        return property.map { Self.shown($0.value) }
    }

    private static func shown(_ value: Any) -> Any {
        switch value {
        case let text as String: return Markup(text: text)
        case is Markup, is Bool, is any ViewModel: return value
        case let models as [any ViewModel]: return models
        case let texts as [String]: return texts.map(Markup.init(text:))
        case let markups as [Markup]: return markups
        default:
            let mirror = Mirror(reflecting: value)
            // An optional that is nil is there, and empty: the template must not look for it further out.
            let isNil = mirror.displayStyle == .optional && mirror.children.isEmpty
            return isNil ? Markup.empty : Markup(text: "\(value)")
        }
    }
}
