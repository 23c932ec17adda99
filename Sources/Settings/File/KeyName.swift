/// The keys that an application can have, by their names in the file and in
/// the environment.
enum KeyName: CaseIterable {
    case usage, monitoring, search

    /// The file's key for the key itself.
    var valueKey: String {
        switch self {
        case .usage: "usage_api_key"
        case .monitoring: "monitoring_api_key"
        case .search: "search_api_key"
        }
    }

    /// The file's key for a path.
    var fileKey: String { valueKey + "_file" }

    /// The variable for the key itself; with `_FILE` behind it, for a path.
    var variable: String { "ALGOLIA_" + valueKey.uppercased() }
}
