import Foundation
import Simulator
import Testing
import UsageModel

@Suite("Awkward answers of the Usage API")
struct AwkwardAnswerTests {
    @Test("an empty range may be 404, for the application and for an index")
    func emptyRanges() async throws {
        let world = World()
        for index in [nil, "products"] as [IndexName?] {
            func empty() async -> SimulatedResponse {
                await world.usage("*", index: index, from: "2027-01-01T00:00:00Z", to: "2027-01-02T00:00:00Z")
            }
            world.simulator.faults.emptyRangeIsNotFound = false
            #expect(await empty().text == "{}")
            world.simulator.faults.emptyRangeIsNotFound = true
            #expect(await empty().status == 404)
            #expect(try await empty().message() == "No data was found in the requested period")
            #expect(await world.usage("records", index: index).status == 200)
        }
    }

    @Test("a range that begins before the retention is refused with any status, and the message names no statistic")
    func oldRanges() async throws {
        let world = World { $0.hourlyRetention = 30 * 86_400 }
        let names = StatisticCatalogue.all.map(\.name)
        for status in [400, 404, 422] {
            world.simulator.faults.refusedOldRangeStatus = status
            let old = await world.usage("records", from: "2026-06-15T10:00:00Z", to: "2026-06-20T00:00:00Z")
            #expect(old.status == status)
            let message = try old.message()
            #expect(message == "The period must be within the last 30 days")
            #expect(names.allSatisfy { !message.contains($0.text) })
            let young = await world.usage("records", from: "2026-06-15T10:30:00Z", to: "2026-06-20T00:00:00Z")
            #expect(young.status == 200)
            // Daily buckets have a retention of their own.
            let daily = await world.usage(
                "records", from: "2026-01-01T00:00:00Z", to: "2026-06-20T00:00:00Z", granularity: "daily")
            #expect(daily.status == 200)
        }
        world.simulator.faults.refusedOldRangeStatus = nil
        let clipped = await world.usage("records", from: "2026-06-14T00:00:00Z", to: "2026-06-20T00:00:00Z")
        #expect(try clipped.scalar("records").keys.min() == (try time("2026-06-15T11:00:00Z")))
    }

    @Test(
        "a value can be poisoned: of one statistic, in one bucket, at one level", arguments: ["NaN", "\"12\"", "null"])
    func poison(text: String) async throws {
        let world = World()
        let hour = try time("2026-07-14T05:00:00Z")
        world.simulator.faults.poisonedValues = [
            PoisonedValue("records", at: hour + 59, text: text),
            PoisonedValue("max_qps", index: "", granularity: .daily, at: hour, text: text),
            // Nothing is reported for the index there: the poison is all there is.
            PoisonedValue("clear_rules_operations", index: "blog", at: hour, text: text),
        ]
        let spoiled = #"{"t":\#(hour * 1000),"v":\#(text)}"#
        let answer = await world.usage("records,data_size")
        #expect(answer.text.components(separatedBy: spoiled).count == 2)
        #expect(answer.text.components(separatedBy: "\"t\"").count == 1 + 48)
        #expect(await !world.usage("records", granularity: "daily").text.contains(text))
        #expect(await !world.usage("records", index: "products").text.contains(text))
        #expect(await world.usage("max_qps", granularity: "daily").text.contains("\"v\":\(text)"))
        #expect(await !world.usage("max_qps").text.contains(text))
        let alone = await world.usage(
            "clear_rules_operations", index: "blog", from: "2026-07-14T05:00:00Z", to: "2026-07-14T06:00:00Z")
        #expect(alone.text == #"{"clear_rules_operations":[\#(spoiled)]}"#)
        let elsewhere = await world.usage("records", from: "2026-07-13T00:00:00Z", to: "2026-07-14T00:00:00Z")
        #expect(!elsewhere.text.contains(text))
    }

    @Test("points can come that were not asked for")
    func strayPoints() async throws {
        let world = World()
        let strays = [try time("9999-12-31T23:00:00Z"), try time("2020-01-01T00:00:00Z")]
        world.simulator.faults.strayPoints = strays
        for index in [nil, "products"] as [IndexName?] {
            let answer = await world.usage("*", index: index)
            #expect(try Set(answer.scalar("records").keys).isSuperset(of: strays))
            #expect(try answer.scalar("records").count == 26)
        }
        #expect(try await Set(world.usage("max_qps").map("max_qps").keys).isSuperset(of: strays))
    }

    @Test("the average capacity may be a number instead of a map")
    func averageCapacity() async throws {
        let world = World()
        #expect(try await world.usage("avg_used_search_capacity").map("avg_used_search_capacity").count == 24)
        world.simulator.faults.averageCapacityIsNumber = true
        for statistics in ["avg_used_search_capacity", "*"] {
            let answer = await world.usage(statistics)
            #expect(try answer.map("avg_used_search_capacity").isEmpty)
            #expect(try answer.scalar("avg_used_search_capacity").count == 24)
        }
    }

    @Test("an index can be young: nothing is reported before its creation, and older ranges are 404")
    func youngIndex() async throws {
        let created = try time("2026-07-12T08:00:00Z")
        let world = World { configuration in
            configuration.applications[0].indices.append("young")
            configuration.applications[0].youngIndices = [YoungIndex(name: "young", created: created + 1800)]
        }
        let older = await world.usage("*", index: "young", from: "2026-07-05T00:00:00Z", to: "2026-07-12T00:00:00Z")
        #expect(older.status == 404)
        #expect(try older.message() == "No data was found in the requested period")
        let newer = await world.usage(
            "records", index: "young", from: "2026-07-10T00:00:00Z", to: "2026-07-15T00:00:00Z")
        #expect(try newer.scalar("records").keys.min() == created)
        #expect(world.truth.created(application: World.application, index: "young") == created)
        // Others are as they were: an empty answer is no 404 for them.
        let others = await world.usage("*", index: "products", from: "2020-01-01T00:00:00Z", to: "2020-01-02T00:00:00Z")
        #expect(others.text == "{}")
        let list = try await world.get("/1/indexes", headers: World.headers("demo-search-key")).object()["items"]
        let item = (list as? [[String: Any]])?.first { $0["name"] as? String == "young" }
        #expect(item?["createdAt"] as? String == "2026-07-12T08:00:00.000Z")
    }

    @Test("two names may look the same: each is listed in its own bytes")
    func twins() async throws {
        let twins = SimulatorConfiguration.unicodeTwins
        #expect(twins.map { Array($0.text.utf8).count } == [5, 6])
        #expect(Set(twins.map(\.text)).count == 1, "equal as Swift compares, and not as the vendor does")
        let world = World(indices: ["products"] + twins)
        let text = await world.get("/1/indexes", headers: World.headers("demo-search-key")).text
        for twin in twins {
            #expect(text.utf8.split(separator: UInt8(ascii: "\"")).contains { $0.elementsEqual(twin.text.utf8) })
        }
        for twin in twins { #expect(await world.usage("records", index: twin).status == 200) }
        #expect(world.simulator.requests.suffix(2).map(\.index) == twins)
    }
}

@Suite("Whole answers that are something else")
struct SubstituteTests {
    private func answer(_ effect: Fault.Effect) async -> SimulatedResponse {
        await World(faults: Faults(injected: [Fault(effect)])).usage("records")
    }

    @Test("an error object, a wrapped object and an array of something else come with 200")
    func substitutes() async throws {
        let error = await answer(.errorObject)
        #expect(error.status == 200)
        #expect(try error.object()["status"] as? Int == 503)
        let wrapped = await answer(.wrappedObject)
        #expect(wrapped.status == 200)
        #expect(try (wrapped.object()["data"] as? [String: Any])?["records"] != nil)
        let array = await answer(.arrayOfObjects)
        #expect(array.status == 200)
        #expect(array.text == #"[{"records":[]}]"#)
    }

    @Test("errors come in any form")
    func errors() async {
        let answer = await answer(.answer(status: 502, contentType: "text/html", body: "<html>no</html>"))
        #expect(answer.status == 502)
        #expect(answer.header("content-type") == "text/html")
        #expect(answer.text == "<html>no</html>")
    }

    @Test("a redirect leads to another host or another path, with or without what was asked for")
    func redirects() async {
        let path = "/1/usage/records?startDate=2026-07-14T00:00:00Z&endDate=2026-07-15T00:00:00Z&granularity=hourly"
        for (location, expected) in [
            ("/elsewhere{target}", "/elsewhere" + path),
            ("http://other.example{target}", "http://other.example" + path),
            ("/login", "/login"),
        ] {
            let answer = await answer(.redirect(status: 307, location: location))
            #expect(answer.status == 307)
            #expect(answer.header("Location") == expected)
            #expect(answer.body.isEmpty)
        }
    }
}
