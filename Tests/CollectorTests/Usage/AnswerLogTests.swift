import AlgoliaClient
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("Log lines about odd answers")
struct AnswerLogTests {
    private let captured = CapturedLog()

    private static func answer(_ change: (inout UsageAnswer) -> Void) -> UnstoredAnswer {
        var answer = UsageAnswer()
        change(&answer)
        return UnstoredAnswer(
            request: PlannedRequest(
                scope: Scope(application: "APP", index: "products"), granularity: .hourly,
                range: TimeRange(World.start - 3600, World.start), statistics: .all, purpose: .live),
            answer: answer, sentAt: World.start)
    }

    @Test("Each matter is told once, with the request that it was about")
    func once() {
        var log = AnswerLog(captured.logger)
        var list = IndexList()
        list.unusable = 2
        list.isCut = true
        for _ in 0..<3 {
            log.tell(of: Self.answer { $0.outside = 4 }, setAside: [])
            log.tell(of: Self.answer { $0.unnamed = 1 }, setAside: [])
            log.tell(of: list)
        }
        #expect(captured.lines.count == 4)
        #expect(captured.lines[0].contains("sent 4 points outside the requested range"))
        #expect(captured.lines[0].contains("products"))
    }

    @Test("An answer as it should be is not worth a line")
    func tidy() {
        var log = AnswerLog(captured.logger)
        log.tell(of: Self.answer { _ in }, setAside: [])
        log.tell(of: IndexList())
        #expect(captured.lines.isEmpty)
    }

    @Test("Unreadable values are told until their statistic is set aside")
    func unreadable() {
        var log = AnswerLog(captured.logger)
        let answer = Self.answer { answer in
            answer.unreadable = ["records", "data_size"].map {
                UnreadableStatistic(statistic: $0, times: [World.start - 3600], isSomewhere: false, text: "NaN")
            }
        }
        let setAside = (["records", "data_size"] as [StatisticName]).map {
            SetAside(
                scope: answer.request.scope, granularity: .hourly, statistic: $0, range: answer.request.range,
                reason: "NaN", triedAt: World.start)
        }
        log.tell(of: answer, setAside: [])
        log.tell(of: answer, setAside: [setAside[0]])
        log.tell(of: answer, setAside: setAside)
        #expect(captured.lines.count == 2)
        #expect(captured.lines[0].contains("for records: NaN and 1 other statistics"))
        #expect(captured.lines[1].contains("for data_size: NaN;"))
    }
}
