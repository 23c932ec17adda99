import AlgoliaClient
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("How far back an application and its indices are served")
struct VendorReachesTests {
    private static let now = World.start
    private static let day: Int64 = 86_400
    private static let application = Scope(application: "APP")
    private static let index = Scope(application: "APP", index: "products")

    private static func window(_ scope: Scope, _ granularity: Granularity, age: Int64) -> PlannedRequest {
        let start = granularity.floor(now - age)
        return PlannedRequest(
            scope: scope, granularity: granularity, range: TimeRange(start, start + granularity.seconds),
            statistics: .all, purpose: .backfill)
    }

    /// Reaches that have searched a scope down to the last bucket: 30 days are served, and nothing older.
    private static func searched(_ scope: Scope, _ granularity: Granularity, isAbsence: Bool) -> VendorReaches {
        var reaches = VendorReaches()
        let start = granularity.ceiling(now - 30 * day)
        let key = ReachKey(EndpointLevel(scope), granularity)
        reaches.update(key) {
            $0.noteServed(start, granularity, now: now)
            $0.noteRefused(
                start - granularity.seconds, granularity, now: now, reason: "too old", isAbsence: isAbsence)
        }
        return reaches
    }

    @Test("Where a range is refused on one side and served on the other, the limit is found, with the vendor's words")
    func refused() throws {
        var reaches = Self.searched(Self.application, .hourly, isAbsence: false)
        let concluded = reaches.conclude(Self.window(Self.application, .hourly, age: 30 * Self.day), now: Self.now)
        let horizon = try #require(concluded)
        #expect(horizon.level == .application && horizon.granularity == .hourly && horizon.reason == "too old")
        #expect(abs(horizon.age - 30 * Self.day) <= 3600 && horizon.triedAt == Self.now)
        #expect(!reaches[ReachKey(horizon)].isSearching)
        #expect(reaches.horizon(ReachKey(horizon)) == nil, "its owner sets it once it is written")
    }

    @Test("What is absent is searched scope by scope, and limits nothing by itself")
    func absent() {
        var reaches = Self.searched(Self.index, .hourly, isAbsence: true)
        let concluded = reaches.conclude(Self.window(Self.index, .hourly, age: 30 * Self.day), now: Self.now)
        #expect(concluded == nil)
        #expect(reaches[ReachKey(.index, .hourly)].searched == [Self.index])
    }

    @Test("A search that is open concludes nothing")
    func open() {
        var reaches = VendorReaches()
        reaches.update(ReachKey(.application, .hourly)) {
            $0.noteRefused(Self.now - 200 * Self.day, .hourly, now: Self.now, reason: "no", isAbsence: false)
        }
        let concluded = reaches.conclude(Self.window(Self.application, .hourly, age: 200 * Self.day), now: Self.now)
        #expect(concluded == nil && reaches[ReachKey(.application, .hourly)].isSearching)
    }

    @Test("Where the whole past of an application has no days, neither days nor hours are asked for that are older")
    func wholePast() {
        var reaches = Self.searched(Self.application, .daily, isAbsence: true)
        _ = reaches.conclude(Self.window(Self.application, .daily, age: 30 * Self.day), now: Self.now)
        func absence(_ request: PlannedRequest) -> VendorReaches.Absence {
            reaches.absence(request, settings: CollectionSettings(), sentAt: Self.now, now: Self.now)
        }
        let middle = absence(Self.window(Self.application, .daily, age: 200 * Self.day))
        #expect(middle.goesOn && middle.horizons.isEmpty, "something older may have data")
        let oldest = absence(Self.window(Self.application, .daily, age: CollectionSettings.dailyHorizon))
        #expect(!oldest.goesOn)
        #expect(oldest.horizons.map(\.granularity) == [.daily, .hourly])
        #expect(oldest.horizons.map(\.level) == [.application, .application])
        #expect(oldest.horizons.first.map { $0.age + Self.day } == oldest.horizons.last?.age)
        // An index's past says nothing of the application's.
        let ofIndex = absence(Self.window(Self.index, .daily, age: CollectionSettings.dailyHorizon))
        #expect(!ofIndex.goesOn && ofIndex.horizons.isEmpty)
    }
}
