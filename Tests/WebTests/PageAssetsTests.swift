import Testing

@Suite("The files that pages need")
struct PageAssetsTests {
    @Test("The style is the one that pages name, and may be kept for ever", arguments: ["/style.css", "/favicon.svg"])
    func versioned(path: String) async throws {
        try await withServer(Site().exporter) { web in
            let links = try await web.get("/").page().all("link").compactMap { $0.attributes["href"] }
            let link = try #require(links.first { $0.hasPrefix(path) })
            let asset = try await web.get(link)
            #expect(asset.status == 200 && !asset.body.isEmpty)
            #expect(asset.contentType == (path == "/style.css" ? "text/css; charset=utf-8" : "image/svg+xml"))
            #expect(asset.header["Cache-Control"] == ["public, max-age=31536000, immutable"])
            #expect(asset.header["X-Content-Type-Options"] == ["nosniff"])
            let plain = try await web.get(path)
            #expect(plain.body == asset.body && plain.header["Cache-Control"] == ["no-cache"])
        }
    }

    @Test("A browser that has it is told so")
    func unchanged() async throws {
        try await withServer(Site().exporter) { web in
            let tag = try #require(try await web.get("/style.css").header["ETag"].first)
            for header in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let answer = try await web.get("/style.css", headers: ["If-None-Match": header])
                #expect(answer.status == 304 && answer.body.isEmpty, "\(header)")
                #expect(answer.header["ETag"] == [tag])
            }
            #expect(try await web.get("/style.css", headers: ["If-None-Match": "\"other\""]).status == 200)
        }
    }

    @Test("Neither asks for anything elsewhere")
    func local() async throws {
        try await withServer(Site().exporter) { web in
            let style = try await web.get("/style.css").text
            for word in ["@import", "http:", "https:", "url("] { #expect(!style.contains(word), "\(word)") }
            let mark = try await web.get("/favicon.svg").text
            #expect(mark.hasPrefix("<svg ") && !mark.contains("<script") && !mark.contains("href"))
        }
    }
}
