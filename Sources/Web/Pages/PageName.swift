/// The pages, in the order of the navigation.
///
/// Routes, navigation and templates are made from this list: a new page is a case here, its template among the
/// resources of the manifest, and a folder with the rest.
enum PageName: String, Sendable, CaseIterable {
    case overview, indices, explore, capacity, collector, setup

    var path: String { self == .overview ? "/" : "/\(rawValue)" }
    var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    /// Whether the same address shows something else a minute later.
    var showsPresent: Bool { self != .setup }

    var template: [UInt8] {
        switch self {
        case .overview: PackageResources.overview_html_mustache
        case .indices: PackageResources.indices_html_mustache
        case .explore: PackageResources.explore_html_mustache
        case .capacity: PackageResources.capacity_html_mustache
        case .collector: PackageResources.collector_html_mustache
        case .setup: PackageResources.setup_html_mustache
        }
    }

    func endpoint(_ exporter: Exporter) -> Endpoint {
        switch self {
        case .overview: OverviewPage.endpoint(exporter)
        case .indices: IndicesPage.endpoint(exporter)
        case .explore: ExplorePage.endpoint(exporter)
        case .capacity: CapacityPage.endpoint(exporter)
        case .collector: CollectorPage.endpoint(exporter)
        case .setup: SetupPage.endpoint(exporter)
        }
    }
}
