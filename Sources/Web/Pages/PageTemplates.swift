internal import Presentation
internal import Mustache

/// The templates of all pages and what they share, parsed once.
enum PageTemplates {
    private static let library: MustacheLibrary = {
        var library = MustacheLibrary()
        let shared = [
            ("layout", PackageResources.layout_html_mustache), ("progress", PackageResources.progress_html_mustache),
        ]
        for (name, source) in shared + PageName.allCases.map({ ($0.rawValue, $0.template) }) {
            do {
                try library.register(String(decoding: source, as: UTF8.self), named: name)
            } catch {
                // They are part of the program: every test of a page comes by here.
                fatalError("\(name).html.mustache: \(error)")
            }
        }
        return library
    }()

    /// The content of a page.
    static func render(_ name: PageName, _ model: some ViewModel) -> Markup { render(name.rawValue, model) }

    /// A whole page: its content within the header and footer of all pages.
    static func render(layout model: some ViewModel) -> Markup { render("layout", model) }

    private static func render(_ name: String, _ model: some ViewModel) -> Markup {
        Markup(trusted: library.render(model, withTemplate: name) ?? "")
    }
}
