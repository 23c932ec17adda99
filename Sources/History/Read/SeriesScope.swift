internal import GRDB
internal import UsageModel

/// Series as questions name them, as conditions of SQL.
///
/// The indexes on series and the keys of the tables of scopes begin with the application, so it is always named: the few
/// rows of one index or statistic are then looked up, however many there are.
struct SeriesScope {
    /// Nil for every statistic.
    let statistics: [StatisticName]?
    /// Nil for every application.
    let applications: [ApplicationID]?
    /// Nil for the applications themselves and every index.
    let indices: IndexSelection?
    /// Servers, regions or clusters; nil for every key.
    let keys: [ServerName]?

    /// The condition on the columns of `series`.
    var ofSeries: (condition: String, arguments: StatementArguments) {
        var (condition, arguments) = ofScopes(in: "series")
        if let statistics {
            condition += " AND statistic IN (\(marks(statistics.count)))"
            arguments += StatementArguments(statistics)
        } else {
            condition += " AND \(SeriesTable.everyAPI)"
        }
        if let keys {
            condition += " AND key IN (\(marks(keys.count)))"
            arguments += StatementArguments(keys)
        }
        return (condition, arguments)
    }

    /// The condition on `application` and `index_name` of `table`.
    ///
    /// Where no application is named, each is the next one of the table after another; `DISTINCT` would read the whole
    /// table.
    func ofScopes(in table: String) -> (condition: String, arguments: StatementArguments) {
        var condition = """
            application IN (
                WITH RECURSIVE found (name) AS (
                    SELECT min(application) FROM \(table)
                    UNION ALL
                    SELECT (SELECT min(application) FROM \(table) WHERE application > found.name) FROM found
                    WHERE found.name IS NOT NULL
                )
                SELECT found.name FROM found WHERE found.name IS NOT NULL
            )
            """
        var arguments = StatementArguments()
        if let applications {
            condition = "application IN (\(marks(applications.count)))"
            arguments += StatementArguments(applications)
        }
        switch indices {
        case nil: break
        case .application: condition += " AND index_name = ''"
        case .all: condition += " AND index_name > ''"
        case .names(let names):
            condition += " AND index_name IN (\(marks(names.count)))"
            arguments += StatementArguments(names)
        }
        return (condition, arguments)
    }

    private func marks(_ count: Int) -> String { Array(repeating: "?", count: count).joined(separator: ",") }
}
