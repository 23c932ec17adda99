import ArgumentParser
import Capacity
import Foundation
import History
import Output
import Reports
import Settings
import UsageModel

struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a capacity report: usage against the contract, with forecasts.",
        discussion: """
            Reads only the database; no network is needed, and the exporter may keep running. The HTML report is
            one self-contained file without scripts. The same data, range and contract give identical output.
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: "Output format: html, markdown, json or csv. (default: html)",
        transform: { text in
            guard let format = ReportFormat(rawValue: text) else {
                throw ValidationError("expected html, markdown, json or csv")
            }
            return format
        })
    var format = ReportFormat.html

    @Option(help: "Application id; optional when there is only one application.")
    var application: String?

    @Option(help: "First day, such as 2026-01-01, or a time: \(TimeText.accepted). Default: the first stored day.")
    var from: String?

    @Option(help: "Last day, in the same formats. Default: the newest settled day.")
    var to: String?

    @Option(
        name: .customLong("time-zone"),
        help: "Time zone of days and months, such as Europe/Berlin. (default: reports.time_zone, or UTC)")
    var timeZone: String?

    @Option(name: .shortAndLong, help: "Output file. Default: standard output.")
    var output: String?

    @Flag(help: "Add a table of every statistic by month to the HTML or Markdown report.")
    var appendix = false

    @Flag(help: "Report on the demo database with the demo contract.")
    var demo = false

    func run() async throws {
        var common = common
        if demo, common.storagePath == nil { common.storagePath = Demo.path }
        try await DatabaseCommand.withHistory(common, readOnly: true) { history, settings in
            let timeZone = try zone(settings)
            let days = try days(timeZone)
            let application = try await choose(history, settings)
            var contract = settings.applications.first { $0.id == application }?.contract ?? Contract()
            if demo { contract = Demo.contract }
            let report = try await CapacityReader(history, timeZone: timeZone, events: settings.events)
                .report(application, contract: contract, days: days)
            let bytes = try format.render(report, appendix: appendix)
            let target = try OutputFile(output)
            try target.write(bytes)
            try target.close()
        }
    }

    private func zone(_ settings: Settings) throws -> TimeZone {
        guard let timeZone else { return settings.timeZone }
        guard let zone = TimeZoneName.zone(timeZone) else {
            throw CommandError("--time-zone: \"\(timeZone)\" is not a time zone; expected \(TimeZoneName.accepted)")
        }
        return zone
    }

    /// The one that is named, or the only one there is.
    private func choose(_ history: History, _ settings: Settings) async throws -> ApplicationID {
        let stored = try await history.applications().map(\.id)
        let known = Set(stored).union(settings.applications.map(\.id)).sorted()
        if let application {
            guard let id = ApplicationID(application), known.contains(id) else {
                throw CommandError(
                    "--application: there is no application \"\(application)\" in \(history.path); expected "
                        + (known.isEmpty ? "none, nothing is stored yet" : known.map(\.text).joined(separator: " or ")))
            }
            return id
        }
        guard known.count <= 1 else {
            throw CommandError(
                "\(history.path) has several applications; expected --application with one of "
                    + known.map(\.text).joined(separator: ", "))
        }
        guard let only = known.first else {
            throw CommandError("\(history.path) has no application yet; run `serve` or `backfill` first")
        }
        return only
    }

    /// Nil when no option cuts the range.
    private func days(_ timeZone: TimeZone) throws -> Range<Int64>? {
        guard from != nil || to != nil else { return nil }
        let first = try day(from, "from", timeZone, isEnd: false) ?? 0
        let end = try day(to, "to", timeZone, isEnd: true) ?? .max
        guard first < end else {
            throw CommandError("--from \(from ?? "") is not before --to \(to ?? "")")
        }
        return first..<end
    }

    /// A day as its number from 1970-01-01; as an end, the day after the last one that is meant.
    private func day(_ text: String?, _ option: String, _ timeZone: TimeZone, isEnd: Bool) throws -> Int64? {
        guard let text else { return nil }
        if let midnight = RFC3339.parse(text + "T00:00:00Z") {
            return midnight / Granularity.daily.seconds + (isEnd ? 1 : 0)
        }
        guard let time = TimeText.parse(text, now: SystemClock().now) else {
            throw CommandError(
                "--\(option): \"\(text)\" is not a day; expected one such as 2026-01-31, or \(TimeText.accepted)")
        }
        // From the first day that begins at or after the time; up to the last that is over by then.
        let day = CapacityReader.day(at: isEnd ? time : time - 1, timeZone)
        return isEnd ? day : day + 1
    }
}
