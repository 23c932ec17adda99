import Foundation
import Presentation
import Testing

@testable import Capacity
@testable import Reports

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct HTMLReportTests {
    private static let full = ReportFixture.report(days: 400, indices: 20, statistics: 60)

    private func html(_ report: CapacityReport) throws -> String {
        String(decoding: try ReportFormat.html.render(report, appendix: true), as: UTF8.self)
    }

    /// Elements in order, with their attributes and the text in them.
    private func elements(_ html: String) throws -> [Element] {
        // The only elements of HTML that XML does not know to be empty.
        let xml = html.replacing(/<meta ([^>]*)>/) { "<meta \($0.output.1)/>" }
        let reader = ElementReader()
        let parser = XMLParser(data: Data(xml.utf8))
        parser.delegate = reader
        guard parser.parse() else { throw ParseFailure(line: parser.lineNumber, column: parser.columnNumber) }
        return reader.elements
    }

    @Test func `every report is well-formed and writes no number that is none`() throws {
        for (name, report) in [("full", Self.full)] + ReportFixture.edges {
            let html = try html(report)
            #expect(throws: Never.self, "\(name)") { try elements(html) }
            #expect(!ReportFixture.hasNoNumber(Array(html.utf8)), "\(name)")
        }
    }

    @Test func `the file needs nothing else and runs nothing`() throws {
        let html = try html(Self.full)
        let elements = try elements(html)
        let policy = elements.first { $0.attributes["http-equiv"] == "Content-Security-Policy" }
        #expect(policy?.attributes["content"] == "default-src 'none'; style-src 'unsafe-inline'")
        #expect(elements.allSatisfy { !["script", "link", "img", "iframe", "object"].contains($0.name) })
        for element in elements {
            for name in element.attributes.keys {
                #expect(!["style", "src", "xlink:href"].contains(name) && !name.hasPrefix("on"))
            }
            // The contents lead to sections of the same file.
            if let target = element.attributes["href"] {
                #expect(elements.contains { "#\($0.attributes["id"] ?? "")" == target }, "\(target)")
            }
        }
        #expect(!html.contains("@import") && !html.contains("url(http"))
    }

    @Test func `title, language and headings tell what it is`() throws {
        let elements = try elements(html(Self.full))
        #expect(elements.first?.attributes["lang"] == "en")
        #expect(elements.first { $0.name == "title" }?.text == "Capacity report: DEMOAPP, to 21 Nov 2026")
        #expect(elements.filter { $0.name == "h1" }.map(\.text) == ["Capacity report: DEMOAPP, to 21 Nov 2026"])
        let sections = elements.filter { $0.name == "h2" }.map(\.text)
        #expect(sections.first == "Answers" && sections.last == "All statistics")
        // Beside the contents only what a table leaves out is a link.
        let contents = elements.filter { $0.attributes["href"] != nil }.map(\.text).filter { $0 != "appendix" }
        #expect(contents == sections)
        let levels = elements.compactMap { $0.name.wholeMatch(of: /h([1-6])/).flatMap { Int($0.output.1) } }
        #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 })
    }

    @Test func `the table of every statistic is an appendix that must be asked for`() throws {
        for format in [ReportFormat.html, .markdown] {
            let (short, long) = try (format.render(Self.full), format.render(Self.full, appendix: true))
            #expect(!String(decoding: short, as: UTF8.self).contains("All statistics"))
            #expect(String(decoding: long, as: UTF8.self).contains("All statistics") && long.count > short.count)
        }
    }

    @Test func `long tables show their first rows, and all of them where an appendix or a page has room`() throws {
        let names = (0..<20).map { "<bdi>\(ReportFixture.indexName($0))</bdi>" }
        func rows(_ html: String) -> [Int] { names.map { html.components(separatedBy: $0).count - 1 } }
        func text(_ appendix: Bool) throws -> String {
            String(decoding: try ReportFormat.html.render(Self.full, appendix: appendix), as: UTF8.self)
        }
        let short = try text(false)
        #expect(rows(short)[12] == 0 && short.contains("and 10 more: appendix (<code>--appendix</code>)"))
        #expect(short.contains("Most searched indices in the last 28 days (10 of 20)"))
        let long = try text(true)
        // Searches and coverage.
        #expect(rows(long)[12] == 2 && long.contains("and 10 more: <a href=\"#whole-tables\">appendix</a>"))
        #expect(long.contains("<caption>Most searched indices in the last 28 days</caption>"))
        let page = try ReportSections(Self.full, explore: "/explore").html.html
        #expect(rows(page)[12] == 2 && page.contains("<details><summary>and 10 more</summary>"))
        let many = try ReportSections(ReportFixture.report(days: 30, indices: 300, statistics: 1), explore: "/explore")
        #expect(many.html.html.contains("<summary>and the next 100 of 290 more</summary>"))
        // With the application itself, data are of twelve.
        let eleven = ReportFixture.report(days: 30, indices: 11)
        let few = String(decoding: try ReportFormat.html.render(eleven), as: UTF8.self)
        #expect(rows(few)[10] == 2, "a line about two more rows is no shorter than they are")
        #expect(!few.contains("indices in the last 28 days (10 of 11)"))
    }

    @Test func `tables have captions and headings, and can be scrolled with the keyboard`() throws {
        let elements = try elements(html(Self.full))
        let tables = elements.count { $0.name == "table" }
        #expect(tables >= 10)
        #expect(elements.count { $0.name == "caption" && !$0.text.isEmpty } == tables)
        #expect(elements.filter { $0.name == "th" }.allSatisfy { ["col", "row"].contains($0.attributes["scope"]) })
        let regions = elements.filter { $0.attributes["class"]?.hasPrefix("scroll") == true }
        #expect(regions.count == tables)
        #expect(regions.allSatisfy { $0.attributes["tabindex"] == "0" && $0.attributes["role"] == "region" })
        #expect(Set(regions.map { $0.attributes["aria-label"] }).count == tables)
    }

    @Test func `drawings have words, and identifiers are unique`() throws {
        let elements = try elements(html(Self.full))
        for drawing in elements where drawing.name == "svg" && !drawing.isInDrawing {
            let words = drawing.attributes["aria-label"] ?? drawing.attributes["aria-labelledby"]
            #expect(words != nil || drawing.attributes["aria-hidden"] == "true")
        }
        let ids = elements.compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count)
    }

    @Test(arguments: ReportFixture.awkwardNames)
    func `names are text and nothing else`(name: String) throws {
        let plain = try elements(html(ReportFixture.awkward("plain")))
        let awkward = try elements(html(ReportFixture.awkward(name)))
        // The same elements, whatever the name is.
        #expect(awkward.map(\.name) == plain.map(\.name))
        let shown = name.unicodeScalars.map { [0x1, 0xFFFE].contains($0.value) ? "\u{FFFD}" : $0 }
        var expected = String.UnicodeScalarView()
        expected.append(contentsOf: shown)
        let cells = awkward.filter { $0.name == "bdi" }.map { $0.text.replacing("\r\n", with: "\n") }
        // A carriage return is no character of HTML.
        #expect(cells.contains(String(expected).replacing("\r\n", with: "\u{FFFD}\n")) || name.contains("\r"))
    }

    @Test func `charts have buckets with titles and no links in a file, and links on a page`() throws {
        let file = try elements(html(Self.full)).filter { $0.attributes["class"] == "bucket" }
        #expect(file.count > 400 && file.allSatisfy { $0.name == "g" && !$0.text.isEmpty })
        let page = try elements("<div>\(ReportSections(Self.full, explore: "/x/explore").html.html)</div>")
        let buckets = page.filter { $0.attributes["class"] == "bucket" }
        #expect(buckets.map(\.text) == file.map(\.text))
        let links = buckets.compactMap { $0.attributes["href"] }
        #expect(links.count > 300 && links.allSatisfy { $0.hasPrefix("/x/explore?application=DEMOAPP&statistic=") })
        // Months lead to days, also for those who use no pointer.
        let cells = page.compactMap { $0.name == "a" ? $0.attributes["href"] : nil }
        #expect(
            cells.contains {
                $0.contains("start=2026-10-01T00%3A00%3A00Z&end=2026-11-01T00%3A00%3A00Z&granularity=daily")
            })
    }

    @Test func `each limit has a chart of its billing periods, with a file of a size that mail carries`() throws {
        let html = try html(Self.full)
        for limit in ["search-requests-per-month", "records", "max-qps"] {
            #expect(html.contains("id=\"chart-periods-\(limit)-title\""), "\(limit)")
        }
        #expect(html.utf8.count < 2_000_000)
    }

    @Test func `the same report gives the same bytes`() throws {
        #expect(try html(Self.full) == html(Self.full))
    }
}

private struct ParseFailure: Error {
    var line: Int
    var column: Int
}

private struct Element {
    var name: String
    var attributes: [String: String]
    /// Whether it is inside of another drawing, whose words are for both.
    var isInDrawing: Bool
    var text = ""
}

private final class ElementReader: NSObject, XMLParserDelegate {
    var elements: [Element] = []
    private var open: [Int] = []

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        let isInDrawing = open.contains { elements[$0].name == "svg" }
        open.append(elements.count)
        elements.append(Element(name: name, attributes: attributes, isInDrawing: isInDrawing))
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        for element in open { elements[element].text += text }
    }
}
