/// The schema's history, embedded in the program: every `NNNN_name.sql` of this
/// folder, in the order in which they run. A new file is listed here and in the
/// package's manifest; a file that has been released never changes.
public enum Migrations {
    /// One step of the schema.
    public struct Migration: Sendable {
        /// The file's name without its extension, recorded in the database.
        public let identifier: String
        public let sql: String
    }

    public static let all: [Migration] = [
        Migration(identifier: "0001_history", sql: String(decoding: PackageResources._001_history_sql, as: UTF8.self)),
        Migration(
            identifier: "0002_monitoring", sql: String(decoding: PackageResources._002_monitoring_sql, as: UTF8.self)),
        Migration(
            identifier: "0003_remote_write",
            sql: String(decoding: PackageResources._003_remote_write_sql, as: UTF8.self)),
        Migration(
            identifier: "0004_set_aside", sql: String(decoding: PackageResources._004_set_aside_sql, as: UTF8.self)),
        Migration(identifier: "0005_clock", sql: String(decoding: PackageResources._005_clock_sql, as: UTF8.self)),
        Migration(
            identifier: "0006_failing_answers",
            sql: String(decoding: PackageResources._006_failing_answers_sql, as: UTF8.self)),
        Migration(
            identifier: "0007_index_inventory",
            sql: String(decoding: PackageResources._007_index_inventory_sql, as: UTF8.self)),
        Migration(
            identifier: "0008_usage_v2", sql: String(decoding: PackageResources._008_usage_v2_sql, as: UTF8.self)),
        Migration(
            identifier: "0009_series_of_statistic",
            sql: String(decoding: PackageResources._009_series_of_statistic_sql, as: UTF8.self)),
    ]
}
