import Synchronization
import TestSupport
import Testing
import Web

@Suite("Reload over HTTP")
struct LifecycleTests {
    private struct Wrong: Error, CustomStringConvertible {
        var description: String { "exporter.yml:3:5: polling: unknown key \"intervall\"" }
    }

    @Test("POST /-/reload loads the configuration, as often as it is asked")
    func reload() async throws {
        let site = try Site()
        let count = Mutex(0)
        let exporter = Exporter.test(site.history, site.clock, reload: { count.withLock { $0 += 1 } }) { [] }
        try await withServer(exporter) { web in
            for number in 1...3 {
                let answer = try await web.send("POST", "/-/reload")
                #expect(answer.status == 200 && answer.text == "configuration loaded\n")
                #expect(count.withLock { $0 } == number)
            }
            let answer = try await web.get("/-/reload")
            #expect(answer.status == 405 && answer.header["Allow"] == ["POST"])
            #expect(count.withLock { $0 } == 3)
        }
    }

    // Fault (Configuration): A reload of a wrong configuration
    // Done: `POST /-/reload`
    // Seen: 500 that says what is wrong; the old one stays in force
    // Lost: nothing
    @Test("A configuration that is wrong is a 500 that says what is wrong")
    func wrong() async throws {
        let site = try Site()
        let exporter = Exporter.test(site.history, site.clock, reload: { throw Wrong() }) { [] }
        try await withServer(exporter) { web in
            let problem = try await web.send("POST", "/-/reload")
            try problem.expectProblem(500)
            #expect(try JSON.parse(problem.body)["detail"]?.string?.contains("exporter.yml:3:5") == true)
        }
    }

    // Fault (Clients): A cross-site request to `/-/reload`
    // Done: `Origin` and `Sec-Fetch-Site` of another site
    // Seen: 403
    // Lost: nothing
    @Test("A page from elsewhere cannot reload")
    func origins() async throws {
        let site = try Site()
        let count = Mutex(0)
        let exporter = Exporter.test(site.history, site.clock, reload: { count.withLock { $0 += 1 } }) { [] }
        try await withServer(exporter) { web in
            for headers in [
                ["Origin": "https://evil.example"], ["Origin": "null"], ["Origin": "http://127.0.0.1"],
                ["Origin": "http://127.0.0.1:\(web.port).evil.example"], ["Sec-Fetch-Site": "cross-site"],
                ["Sec-Fetch-Site": "same-site"],
            ] {
                try await web.send("POST", "/-/reload", headers: headers).expectProblem(403, parameter: "Origin")
            }
            #expect(count.withLock { $0 } == 0)
            for headers in [
                ["Origin": "http://127.0.0.1:\(web.port)", "Sec-Fetch-Site": "same-origin"], ["Sec-Fetch-Site": "none"],
            ] {
                #expect(try await web.send("POST", "/-/reload", headers: headers).status == 200)
            }
        }
    }

    @Test("Without --web.enable-lifecycle it is forbidden, and the answer names the flag")
    func disabled() async throws {
        let site = try Site()
        try await withServer(site.exporter) { web in
            let problem = try await web.send("POST", "/-/reload")
            try problem.expectProblem(403)
            #expect(try JSON.parse(problem.body)["accepted"]?.string?.contains("--web.enable-lifecycle") == true)
        }
    }
}
