public import Mustache
private import Synchronization
public import UsageModel

/// HTML that may stand in a page or report as it is.
///
/// Text becomes markup by being escaped, so what is interpolated into a literal is text unless it is markup
/// already: `"<b>\(name)</b>"` cannot hold an element that `name` brought along.
public struct Markup: Sendable, Hashable, ExpressibleByStringInterpolation {
    public private(set) var html: String

    /// `html` as it is: for what another part of the program has written as HTML.
    public init(trusted html: String) { self.html = html }

    /// `text` for people to read.
    public init(text: String) { html = HTMLText.escape(text) }

    public init(stringLiteral literal: String) { html = literal }

    public init(stringInterpolation interpolation: StringInterpolation) { html = interpolation.html }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var html = ""

        public init(literalCapacity: Int, interpolationCount: Int) {
            html.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        public mutating func appendLiteral(_ literal: String) { html += literal }
        public mutating func appendInterpolation(_ text: String) { html += HTMLText.escape(text) }
        public mutating func appendInterpolation<Kind>(_ name: VendorName<Kind>) { html += HTMLText.escape(name.text) }
        public mutating func appendInterpolation(_ markup: Markup) { html += markup.html }
        public mutating func appendInterpolation(_ number: some FixedWidthInteger) { html += String(number) }
    }

    public static let empty = Markup(trusted: "")

    public var isEmpty: Bool { html.isEmpty }

    public static func + (left: Markup, right: Markup) -> Markup { Markup(trusted: left.html + right.html) }
}

extension Sequence<Markup> {
    public func joined(_ separator: String = "") -> Markup {
        Markup(trusted: map(\.html).joined(separator: separator))
    }
}

extension Markup: MustacheCustomRenderable {
    public var renderText: String { html }
    public var isNull: Bool { isEmpty }
}

/// The data of a template: a plain struct, each of whose properties is a name in the template.
///
/// Strings are escaped on their way into it. Templates therefore write `{{{name}}}` everywhere: the library's own
/// escaping goes by characters, and would let pass a `<` that an accent follows.
public protocol ViewModel: MustacheParent, Sendable {}

extension ViewModel {
    public func child(named name: String) -> Any? {
        let children = Mirror(reflecting: self).children
        guard let position = PropertyNames.position(of: name, in: Self.self, children) else { return nil }
        return Self.shown(children[children.index(children.startIndex, offsetBy: position)].value)
    }

    private static func shown(_ value: Any) -> Any {
        switch value {
        case let text as String: return Markup(text: text)
        case let markup as Markup: return markup
        case let model as any ViewModel: return model
        case is Bool: return value
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

/// The positions of properties by name, looked up once for each type. `Mirror` reads every property that it passes, and a
/// page looks up thousands.
private enum PropertyNames {
    private static let positions = Mutex<[ObjectIdentifier: [String: Int]]>([:])

    static func position(of name: String, in type: Any.Type, _ children: Mirror.Children) -> Int? {
        positions.withLock { positions in
            let type = ObjectIdentifier(type)
            if let known = positions[type] { return known[name] }
            var found: [String: Int] = [:]
            for (position, child) in children.enumerated() { found[child.label ?? ""] = position }
            positions[type] = found
            return found[name]
        }
    }
}
