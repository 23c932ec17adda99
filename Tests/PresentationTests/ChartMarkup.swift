import Foundation
import Testing
import UsageModel

@testable import Presentation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The elements of a chart as an XML parser reads them.
final class ChartMarkup: NSObject, XMLParserDelegate {
    struct Element {
        var name: String
        var attributes: [String: String]
        var text = ""
        /// The text of a `title` directly inside.
        var title = ""

        subscript(attribute: String) -> String { attributes[attribute] ?? "" }
        func has(_ word: String) -> Bool { self["class"].split(separator: " ").contains { $0 == word } }
        func number(_ attribute: String) -> Double { Double(self[attribute].filter { $0 != "%" }) ?? .nan }
    }

    private(set) var elements: [Element] = []
    private var open: [Int] = []

    init(_ text: String) throws {
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        try #require(parser.parse(), "\(String(describing: parser.parserError))")
    }

    func all(_ word: String) -> [Element] { elements.filter { $0.has(word) } }
    var buckets: [Element] { all("bucket") }
    var plots: [Element] { all("plot") }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        open.append(elements.count)
        elements.append(Element(name: name, attributes: attributes))
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        let last = open.removeLast()
        if name == "title", let parent = open.last { elements[parent].title = elements[last].text }
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        for element in open { elements[element].text += text }
    }
}
