public import Foundation

#if canImport(FoundationXML)
    public import FoundationXML
#endif

/// Judges drawings as an XML parser does, which forgives less than one of HTML.
public final class XMLText: NSObject, XMLParserDelegate {
    public private(set) var ids: [String] = []
    public private(set) var labels: [String] = []
    private var complaints: [String] = []

    /// Text that is not well-formed, or has a number that is none.
    public struct Fault: Error, CustomStringConvertible {
        public var description: String
    }

    /// - Throws: ``Fault``.
    @discardableResult
    public static func check(_ text: String) throws -> XMLText {
        let judge = XMLText()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = judge
        guard parser.parse() else {
            let error = String(describing: parser.parserError)
            throw Fault(description: "\(error) in line \(parser.lineNumber), \(parser.columnNumber)")
        }
        guard judge.complaints.isEmpty else { throw Fault(description: judge.complaints.joined(separator: "; ")) }
        return judge
    }

    public func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        for (name, value) in attributes {
            if name == "id" { ids.append(value) }
            if name == "aria-label" { labels.append(value) }
            if name == "style" || name.hasPrefix("on") { complaints.append("\(element) has \(name)") }
            let places = ["x", "x1", "x2", "y", "y1", "y2", "cx", "cy", "r", "d", "width", "height", "viewBox"]
            if places.contains(name), value.lowercased().firstMatch(of: /nan|inf|e\+|--/) != nil {
                complaints.append("\(element) \(name)=\(value)")
            }
            if ["width", "height"].contains(name), value.hasPrefix("-") {
                complaints.append("\(element) \(name)=\(value)")
            }
        }
    }
}
