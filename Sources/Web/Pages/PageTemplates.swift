internal import Mustache
internal import UsageModel

/// The templates of all pages, parsed once.
enum PageTemplates {
    enum Name: String, CaseIterable {
        case layout, overview, explore, capacity, collector, progress

        fileprivate var source: [UInt8] {
            switch self {
            case .layout: PackageResources.layout_html_mustache
            case .overview: PackageResources.overview_html_mustache
            case .explore: PackageResources.explore_html_mustache
            case .capacity: PackageResources.capacity_html_mustache
            case .collector: PackageResources.collector_html_mustache
            case .progress: PackageResources.progress_html_mustache
            }
        }
    }

    private static let library: MustacheLibrary = {
        var library = MustacheLibrary()
        for name in Name.allCases {
            do {
                try library.register(String(decoding: name.source, as: UTF8.self), named: name.rawValue)
            } catch {
                // They are part of the program: every test of a page comes by here.
                fatalError("\(name).html.mustache: \(error)")
            }
        }
        return library
    }()

    /// - Parameter paths: templates write `{{{root}}}` before the paths of links, and `{{{telemetry}}}` for the metrics'.
    static func render(_ name: Name, _ model: some ViewModel, at paths: WebPaths) -> Markup {
        let placed = Placed(model: model, root: paths.linkPrefix, telemetry: paths.telemetry)
        return Markup(trusted: library.render(placed, withTemplate: name.rawValue) ?? "")
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
