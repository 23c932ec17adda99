import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Judges drawings as an XML parser does, which forgives less than one of HTML.
final class XMLText: NSObject, XMLParserDelegate {
    private(set) var ids: [String] = []
    private(set) var labels: [String] = []
    private var complaints: [String] = []

    /// Fails the test for text that is not well-formed, or has a number that is none.
    @discardableResult
    static func check(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> XMLText {
        let judge = XMLText()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = judge
        let isWellFormed = parser.parse()
        #expect(
            isWellFormed,
            "\(String(describing: parser.parserError)) in line \(parser.lineNumber), \(parser.columnNumber)",
            sourceLocation: sourceLocation)
        #expect(judge.complaints.isEmpty, sourceLocation: sourceLocation)
        return judge
    }

    func parser(
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
