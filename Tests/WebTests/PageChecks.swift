import Foundation
import TestSupport
import Testing

/// One element of a page, as it was written.
struct PageElement: Sendable {
    var name: String
    var attributes: [String: String]
    /// Names of the elements that it lies in, outermost first.
    var path: [String]
}

/// A page taken apart, strictly: whatever this refuses a browser would have to guess.
struct PageSource: Sendable {
    let text: String
    private(set) var elements: [PageElement] = []

    private static let void: Set<String> = ["meta", "link", "input", "br", "hr", "img"]

    init(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        self.text = text
        var open: [String] = []
        let tag = /<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][a-zA-Z0-9:-]*(?:="[^"<]*")?)*)\s*(\/?)>/
        var rest = text.unicodeScalars[...]
        #expect(text.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"), sourceLocation: sourceLocation)
        rest = rest.dropFirst("<!DOCTYPE html>".count)
        while let start = rest.firstIndex(of: "<") {
            let piece = Substring(rest[start...])
            guard let match = piece.prefixMatch(of: tag) else {
                throw NotWellFormed(at: String(piece.prefix(80)))
            }
            let name = String(match.2)
            if !match.1.isEmpty {
                guard open.popLast() == name else { throw NotWellFormed(at: String(piece.prefix(80))) }
            } else {
                elements.append(
                    PageElement(name: name, attributes: try Self.attributes(String(match.3)), path: open))
                if match.4.isEmpty, !Self.void.contains(name) { open.append(name) }
            }
            rest = piece[match.range.upperBound...].unicodeScalars
        }
        guard open.isEmpty else { throw NotWellFormed(at: "the end, within \(open)") }
    }

    struct NotWellFormed: Error { let at: String }

    private static func attributes(_ text: String) throws -> [String: String] {
        var attributes: [String: String] = [:]
        for match in text.matches(of: /([a-zA-Z][a-zA-Z0-9:-]*)(?:="([^"<]*)")?/) {
            let name = String(match.1)
            guard attributes.updateValue(String(match.2 ?? ""), forKey: name) == nil else {
                throw NotWellFormed(at: "\(name) twice in \(text)")
            }
        }
        return attributes
    }

    func all(_ name: String) -> [PageElement] { elements.filter { $0.name == name } }

    /// What every page promises.
    func expectAccessible(sourceLocation: SourceLocation = #_sourceLocation) {
        for name in ["h1", "main", "header", "footer", "title"] {
            // A drawing may have a title of its own.
            let count = all(name).count { !$0.path.contains("svg") }
            #expect(count == 1, "\(name)", sourceLocation: sourceLocation)
        }
        #expect(all("nav").count == 1, sourceLocation: sourceLocation)
        // The one script is a file, and nothing is inline.
        #expect(all("script").count == 1, sourceLocation: sourceLocation)
        for script in all("script") {
            #expect(script.attributes["src"]?.contains("/pages.js?v=") == true, sourceLocation: sourceLocation)
            #expect(
                script.attributes["type"] == "module" && script.path == ["html", "head"], sourceLocation: sourceLocation
            )
        }
        #expect(text.contains(" type=\"module\"></script>"), sourceLocation: sourceLocation)
        #expect(all("style").isEmpty && all("iframe").isEmpty, sourceLocation: sourceLocation)
        for element in elements {
            let suspicious = element.attributes.keys.filter { $0.hasPrefix("on") || $0 == "style" }
            #expect(suspicious.isEmpty, "\(element)", sourceLocation: sourceLocation)
            for name in ["href", "src", "action"] {
                guard let address = element.attributes[name] else { continue }
                #expect(address.hasPrefix("/") || address.hasPrefix("#"), "\(address)", sourceLocation: sourceLocation)
            }
        }
        let identifiers = elements.compactMap { $0.attributes["id"] }
        #expect(Set(identifiers).count == identifiers.count, "\(identifiers)", sourceLocation: sourceLocation)
        for name in ["aria-labelledby", "aria-describedby", "list", "for"] {
            let references = elements.compactMap { $0.attributes[name] }.flatMap { $0.split(separator: " ") }
            for reference in references.map(String.init) {
                #expect(identifiers.contains(reference), "\(name)=\(reference)", sourceLocation: sourceLocation)
            }
        }
        let labelled = Set(all("label").compactMap { $0.attributes["for"] })
        for control in all("input") + all("select") where control.attributes["type"] != "hidden" {
            let isNamed = control.attributes["aria-label"]?.isEmpty == false
            #expect(
                isNamed || labelled.contains(control.attributes["id"] ?? ""), "\(control)",
                sourceLocation: sourceLocation)
        }
        #expect(all("table").count == all("caption").count, sourceLocation: sourceLocation)
        for cell in all("th") {
            #expect(["col", "row"].contains(cell.attributes["scope"]), "\(cell)", sourceLocation: sourceLocation)
        }
        // Hundreds of buckets are no stops on the way through a page.
        for bucket in elements where bucket.attributes["class"] == "bucket" {
            #expect(
                bucket.name == "g" || bucket.attributes["tabindex"] == "-1", "\(bucket)", sourceLocation: sourceLocation
            )
        }
        let first = all("a").first
        #expect(
            first?.attributes["class"] == "skip" && first?.attributes["href"] == "#main", sourceLocation: sourceLocation
        )
    }
}

extension Answer {
    /// Expects a page with its promises, and takes it apart.
    @discardableResult
    func page(
        _ status: Int = 200, current: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> PageSource {
        #expect(self.status == status, "\(text)", sourceLocation: sourceLocation)
        #expect(contentType == "text/html; charset=utf-8", sourceLocation: sourceLocation)
        #expect(
            header["Content-Security-Policy"] == [
                "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
                    + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            ], sourceLocation: sourceLocation)
        #expect(header["X-Content-Type-Options"] == ["nosniff"], sourceLocation: sourceLocation)
        #expect(header["Referrer-Policy"] == ["same-origin"], sourceLocation: sourceLocation)
        #expect(header["Cache-Control"] == ["no-store"], sourceLocation: sourceLocation)
        let page = try PageSource(text, sourceLocation: sourceLocation)
        page.expectAccessible(sourceLocation: sourceLocation)
        let marked = page.all("a").filter { $0.attributes["aria-current"] == "page" }.map { $0.attributes["href"] }
        if let current { #expect(marked == [current], sourceLocation: sourceLocation) }
        let hasAlert = page.elements.contains { $0.attributes["role"] == "alert" }
        #expect(hasAlert == (status >= 400), sourceLocation: sourceLocation)
        #expect(PlainEnglish.avoided(in: text).isEmpty, sourceLocation: sourceLocation)
        #expect(PlainEnglish.spacedPercentages(in: text).isEmpty, sourceLocation: sourceLocation)
        return page
    }

    /// Whether the body has these scalars: a string's own search would not split an accent from a `<`.
    func has(_ text: String) -> Bool { body.firstRange(of: Array(text.utf8)) != nil }
}

/// Names that are markup, and that a search by characters would not see as such.
let markupNames = ["<\u{301}script>alert(1)</script>", "\"><img src=x>", "a&b=c", "line\nbreak", "{{{.}}}", "🛒 cart"]

/// The texts of the cells of the body rows of the explorer's table with this label.
func tableRows(_ answer: Answer, _ label: String) throws -> [[String]] {
    let region = try #require(answer.text.range(of: "aria-label=\"\(label)\""))
    let body = answer.text[region.upperBound...]
    let start = try #require(body.range(of: "<tbody>"))
    let end = try #require(body.range(of: "</tbody>"))
    return body[start.upperBound..<end.lowerBound].matches(of: /<tr>(.*?)<\/tr>/).map { row in
        row.output.1.matches(of: /<t[hd][^>]*>(.*?)<\/t[hd]>/).map { cell in
            String(cell.output.1.replacing(/<[^>]*>/, with: ""))
        }
    }
}
