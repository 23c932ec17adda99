import AlgoliaClient
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("Tracks as the history knows them")
struct StoredTracksTests {
    private static let scope = Scope(application: "APP", index: "products")
    private static let now = World.start
    private let folder = TemporaryFolder()

    /// A history that has a tail, fetched at `now`, a revision check an hour before and a range that was set aside.
    private func history() async throws -> History {
        let history = try History(path: folder.file("history.db"))
        let tail = TimeRange(Granularity.hourly.floor(Self.now - 14_400), Granularity.hourly.floor(Self.now) + 3600)
        let window = AnsweredWindow(
            scope: Self.scope, granularity: .hourly, range: tail, statistics: .all, fetchedAt: Self.now,
            settleDelay: 7200)
        _ = try await history.store([], answering: window)
        try await history.noteRevisionCheck(Self.scope, .hourly, at: Self.now - 3600)
        var broken = window
        broken.range = TimeRange(tail.start - 86_400, tail.start - 82_800)
        broken.statistics = .names(["records"])
        _ = try await history.setAside(broken, reason: "no", breaksAnswers: true)
        return history
    }

    @Test("A track begins with what is answered, set aside and checked, and with its newest tail")
    func stored() async throws {
        let tracks = try await StoredTracks(try await history(), "APP", now: Self.now)
        let track = tracks.track(Self.scope, .hourly)
        #expect(track.answered["*"]?.isEmpty == false)
        #expect(track.tailFetched == ["*": Self.now])
        #expect(track.revisionChecked == Self.now - 3600)
        #expect(track.setAside.map(\.statistic) == ["records"])
    }

    @Test("What is stored of one track says nothing of another")
    func others() async throws {
        let tracks = try await StoredTracks(try await history(), "APP", now: Self.now)
        for (scope, granularity) in [
            (Self.scope, Granularity.daily), (Scope(application: "APP"), .hourly),
            (Scope(application: "OTHER", index: "products"), .hourly),
        ] {
            let track = tracks.track(scope, granularity)
            #expect(track.answered.isEmpty && track.tailFetched.isEmpty && track.setAside.isEmpty)
            #expect(track.revisionChecked == nil)
        }
    }

    @Test("Times later than now are void: a clock was ahead")
    func future() async throws {
        let tracks = try await StoredTracks(try await history(), "APP", now: Self.now - 7200)
        let track = tracks.track(Self.scope, .hourly)
        #expect(track.tailFetched.isEmpty && track.revisionChecked == nil)
    }

    @Test("Of a scope that is not collected, what is answered and what is set aside need not be asked for")
    func foreign() async throws {
        let known = try await StoredTracks.known(Self.scope, .hourly, in: try await history())
        #expect(known["*"]?.isEmpty == false && known["records"]?.seconds == 3600)
        #expect(try await StoredTracks.known(Self.scope, .daily, in: try await history()).isEmpty)
    }
}
