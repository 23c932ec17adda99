internal import Capacity
internal import Presentation
internal import Reports
internal import UsageModel

/// The content of the capacity page for one application.
struct CapacityContent: ViewModel {
    struct Choice: ViewModel {
        var id: String
        var isSelected: Bool
    }

    struct Report: ViewModel {
        var id: String
        var days: String
        var timeZone: String
        var hasDays: Bool
        /// The answers and sections of the report's own document.
        var sections: Markup
        var json: String
        var command: String
    }

    var hasChoice: Bool
    var choices: [Choice]
    var isEmpty: Bool
    var reports: [Report]

    /// - Parameters:
    ///   - report: nil when there is no application, or not the requested one.
    ///   - root: the prefix of links.
    init(_ report: CapacityReport?, applications: [ApplicationID], root: String) throws {
        hasChoice = applications.count > 1
        choices = applications.map { Choice(id: $0.text, isSelected: $0 == report?.application) }
        isEmpty = applications.isEmpty
        reports = try report.map { [try Report($0, root: root)] } ?? []
    }
}

extension CapacityContent.Report {
    init(_ report: CapacityReport, root: String) throws {
        id = report.application.text
        hasDays = !report.days.isEmpty
        days =
            hasDays
            ? "\(CalendarText.date(report.days.lowerBound)) to \(CalendarText.date(report.days.upperBound - 1))" : ""
        timeZone = report.timeZone
        sections =
            hasDays || report.inventory != nil
            ? try ReportSections(report, explore: root + PageName.explore.path).html : .empty
        let query = PercentEncoding.query([("application", report.application.text)])
        json = "\(CapacityRoute.path)?\(query)"
        command =
            "algolia-exporter report --application \(Self.quoted(report.application.text)) --format html "
            + "--output report.html"
    }

    /// For a shell.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
        }
        return isPlain ? word : "'\(word.replacing("'", with: #"'\''"#))'"
    }
}
