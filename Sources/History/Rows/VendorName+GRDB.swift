public import GRDB
public import UsageModel

/// Names in rows and arguments. SQLite compares text by its bytes, as names are compared.
extension VendorName: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue { text.databaseValue }

    /// Nil for what is no text.
    public static func fromDatabaseValue(_ value: DatabaseValue) -> VendorName? {
        String.fromDatabaseValue(value).flatMap { VendorName($0) }
    }
}
