extension StatisticCatalogue {
    /// The levels in the list of indices of the Search API, which every plan has. An application itself has the sums
    /// over its indices but virtual replicas, which hold nothing; a build time has no sum.
    public static let search: [Statistic] = [
        level(entries, .records, "records in the list of indices"),
        level(dataSize, .bytes, "size of the records in the list of indices"),
        level(fileSize, .bytes, "size of the records and index metadata in the list of indices"),
        level(lastBuildTime, .seconds, "duration of the last build of the index"),
    ]

    /// The records of an index by the list of indices.
    public static let entries: StatisticName = "index_entries"
    static let dataSize: StatisticName = "index_data_size"
    static let fileSize: StatisticName = "index_file_size"
    static let lastBuildTime: StatisticName = "index_last_build_time"

    private static func level(_ name: StatisticName, _ unit: StatisticUnit, _ meaning: String) -> Statistic {
        Statistic(
            name: name, api: .search, group: "index_list", kind: .level, unit: unit, shape: .scalar, perIndex: true,
            meaning: meaning)
    }
}
