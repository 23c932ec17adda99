internal import Presentation
internal import Mustache
internal import UsageModel

/// The templates of all pages and what they share, parsed once.
enum PageTemplates {
    private static let library: MustacheLibrary = {
        var library = MustacheLibrary()
        let shared = [
            ("layout", PackageResources.layout_html_mustache), ("progress", PackageResources.progress_html_mustache),
            ("index-table", PackageResources.index_table_html_mustache),
            ("index", PackageResources.index_html_mustache),
            ("not-found", PackageResources.not_found_html_mustache),
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
    /// - Parameter paths: templates write `{{{root}}}` before the paths of links, and `{{{telemetry}}}` for the metrics'.
    static func render(_ name: PageName, _ model: some ViewModel, at paths: WebPaths) -> Markup {
        render(name.rawValue, model, paths)
    }

    /// The content of the page of one index.
    static func render(index model: some ViewModel, at paths: WebPaths) -> Markup { render("index", model, paths) }

    /// The content of the page for a path that is not there.
    static func render(notFound model: some ViewModel, at paths: WebPaths) -> Markup {
        render("not-found", model, paths)
    }

    /// A whole page: its content within the header and footer of all pages.
    static func render(layout model: some ViewModel, at paths: WebPaths) -> Markup { render("layout", model, paths) }

    private static func render(_ name: String, _ model: some ViewModel, _ paths: WebPaths) -> Markup {
        let placed = Placed(model: model, root: paths.linkPrefix, telemetry: paths.telemetry)
        return Markup(trusted: library.render(placed, withTemplate: name) ?? "")
    }

    /// A model that also knows where its links lead.
    private struct Placed<Model: ViewModel>: MustacheParent {
        let model: Model
        let root: String
        let telemetry: String

        func child(named name: String) -> Any? {
            switch name {
            case "root": Markup(text: root)
            case "telemetry": Markup(text: telemetry)
            default: model.child(named: name)
            }
        }
    }
}
