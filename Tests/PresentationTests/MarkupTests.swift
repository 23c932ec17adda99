import Mustache
import Testing

@testable import Presentation

@Suite("Text in pages")
struct MarkupTests {
    private struct Outer: ViewModel {
        var name = "outer"
        var inner: Inner
    }

    private struct Inner: ViewModel {
        var name: String?
        var texts: [String] = []
        var markup: Markup = .empty
        var isTrue = false
        var count = 0
    }

    private func render(_ template: String, _ model: some ViewModel) throws -> String {
        try MustacheTemplate(string: template).render(model)
    }

    @Test("What is interpolated is text, unless it is markup already")
    func interpolation() {
        let name = "<\u{301}b> & \"c\""
        let bold: Markup = "<b>\(name)</b>"
        let text: Markup = "<p title=\"\(name)\">\(bold) \(7)</p>"
        let escaped = "&lt;\u{301}b&gt; &amp; &quot;c&quot;"
        #expect(Array(text.html.utf8) == Array("<p title=\"\(escaped)\"><b>\(escaped)</b> 7</p>".utf8))
    }

    @Test("A string of a view model is escaped on its way into a template, markup is not")
    func viewModel() throws {
        let inner = Inner(name: "<\u{301}i>", texts: ["<b>", "&"], markup: "<hr>", count: 3)
        let html = try render(
            "{{#inner}}{{{name}}}|{{#texts}}{{{.}}},{{/texts}}|{{{markup}}}|{{{count}}}{{/inner}}", Outer(inner: inner))
        #expect(Array(html.utf8) == Array("&lt;\u{301}i&gt;|&lt;b&gt;,&amp;,|<hr>|3".utf8))
    }

    @Test("What is nil or empty is not looked for further out, and makes no section")
    func missing() throws {
        let model = Outer(inner: Inner())
        #expect(try render("{{#inner}}[{{{name}}}{{#name}}x{{/name}}{{^name}}y{{/name}}]{{/inner}}", model) == "[y]")
        #expect(try render("{{#inner}}{{#markup}}x{{/markup}}{{#isTrue}}x{{/isTrue}}{{/inner}}", model).isEmpty)
    }
}
