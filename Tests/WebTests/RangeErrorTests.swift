import TestSupport
import Testing
import UsageModel

@Suite("Wrong questions to /api/v1/range")
struct RangeErrorTests {
    @Test(
        "What cannot be used is refused with the parameter's name and what is accepted",
        arguments: [
            ("", "statistic"), ("statistic=", "statistic"), ("statistic=,", "statistic"),
            ("statistic=records&wat=1", "wat"), ("statistic=records&Start=now", "Start"),
            ("statistic=records&step=1h&step=1h", "step"), ("statistic=records&statistic=data_size", "statistic"),
            ("statistic=records&start=yesterday", "start"), ("statistic=records&start=2026-07-15", "start"),
            ("statistic=records&start=now-7", "start"), ("statistic=records&start=nowish", "start"),
            ("statistic=records&start=now-1900000000000w", "start"), ("statistic=records&end=now%2B9000000d", "end"),
            ("statistic=records&start=-1", "start"), ("statistic=records&end=1e30", "end"),
            ("statistic=records&end=2026-13-01T00:00:00Z", "end"), ("statistic=records&end=nan", "end"),
            ("statistic=records&start=now&end=now", "start"), ("statistic=records&start=now&end=now-1d", "start"),
            ("statistic=records&step=0", "step"), ("statistic=records&step=-1h", "step"),
            ("statistic=records&step=often", "step"), ("statistic=records&step=90m", "step"),
            ("statistic=records&step=99999999999999999999", "step"),
            ("statistic=records&granularity=daily&step=36h", "step"),
            ("statistic=records&granularity=weekly", "granularity"),
            ("statistic=records&aggregate=median", "aggregate"), ("statistic=records&top=0", "top"),
            ("statistic=records&top=-3", "top"), ("statistic=records&top=many", "top"),
            ("statistic=records&format=xml", "format"), ("statistic=%FF", "statistic"),
            ("statistic=records&index=%C3%28", "index"),
        ])
    func refused(query: String, parameter: String) async throws {
        let site = try Site()
        for index in 0..<10 { try await site.store(index: "\(index)", hours([1])) }
        try await withServer(site.exporter) { web in
            try await web.get("/api/v1/range?\(query)").expectProblem(400, parameter: parameter)
        }
    }

    @Test(
        "Broken percent-encoding is refused", .enabled(if: Tool.isInstalled("curl"), "curl is not installed"),
        arguments: ["%zz", "%", "a%2", "%%20"])
    func encoding(value: String) async throws {
        try await withServer(Site().exporter) { web in
            // A client library would repair it.
            let outcome = try await Tool.run(
                "curl", ["-sS", "-w", " %{http_code} %{content_type}", web.url("/api/v1/range?statistic=\(value)")])
            #expect(outcome.output.hasSuffix(" 400 application/problem+json"), "\(outcome.output)")
            #expect(outcome.output.contains(#""parameter":"statistic""#))
        }
    }

    @Test(
        "What does not exist is not found",
        arguments: [
            ("statistic=nope", "statistic"), ("statistic=records,nope", "statistic"),
            ("statistic=records&application=NOPE", "application"), ("statistic=records&index=nope", "index"),
            ("statistic=records&index=a&index=nope", "index"),
            ("statistic=records&application=APP&index=elsewhere", "index"),
        ])
    func unknown(query: String, parameter: String) async throws {
        let site = try Site()
        try await site.store(index: "a", hours([1]))
        try await site.store(application: "OTHER", index: "elsewhere", hours([1]))
        try await withServer(site.exporter) { web in
            try await web.get("/api/v1/range?\(query)").expectProblem(404, parameter: parameter)
        }
    }

    // Fault (Clients): A range of more than a million points
    // Done: `/api/v1/range`
    // Seen: 400 with the step that fits
    // Lost: nothing
    @Test(
        "An answer of more than a million points is refused with the step that fits",
        arguments: [(Granularity.hourly, 30, "2h"), (.daily, 500, "7d")])
    func tooLarge(granularity: Granularity, indices: Int, step: String) async throws {
        let site = try Site()
        // 2020-01-01 and six years later: sparse, but the limit is on what could be there.
        let points = [1_577_836_800, 1_767_225_600].map { Point(time: $0, value: .integer(1)) }
        for index in 0..<indices { try await site.store(index: "\(index)", granularity: granularity, points) }
        let path =
            "/api/v1/range?statistic=records&index=*&granularity=\(granularity.rawValue)&start=2019-01-01T00:00:00Z"
        try await withServer(site.exporter) { web in
            let refused = try await web.get(path)
            try refused.expectProblem(400, parameter: "step")
            let problem = try JSON.parse(refused.body)
            #expect(problem["detail"]?.string?.contains("1000000") == true, "\(refused.text)")
            let accepted = try #require(problem["accepted"]?.string)
            let fitting = try #require(accepted.firstMatch(of: /step=(\w+)/)).output.1
            #expect(fitting == step)
            let answer = try await web.get(path + "&step=\(fitting)").json()
            #expect(try answer.series().count == indices)
            #expect(try answer.series().allSatisfy { try $0.points().count == 2 })
            // The same with fewer series or a shorter range.
            #expect(try await web.get(path + "&end=2020-06-01T00:00:00Z").status == 200)
        }
    }
}
