import Testing
import UsageModel

@Suite("The files that pages need")
struct PageAssetsTests {
    private static let types = [
        "/style.css": "text/css; charset=utf-8", "/pages.js": "text/javascript; charset=utf-8",
        "/favicon.svg": "image/svg+xml",
    ]

    @Test("Each is the one that pages name, and may be kept for ever", arguments: types.keys.sorted())
    func versioned(path: String) async throws {
        try await withServer(Site().exporter) { web in
            let page = try await web.get("/").page()
            let links = (page.all("link") + page.all("script")).compactMap {
                $0.attributes["href"] ?? $0.attributes["src"]
            }
            let link = try #require(links.first { $0.hasPrefix(path) })
            let asset = try await web.get(link)
            #expect(asset.status == 200 && !asset.body.isEmpty)
            #expect(asset.contentType == Self.types[path])
            #expect(asset.header["Cache-Control"] == ["public, max-age=31536000, immutable"])
            #expect(asset.header["X-Content-Type-Options"] == ["nosniff"])
            let plain = try await web.get(path)
            #expect(plain.body == asset.body && plain.header["Cache-Control"] == ["no-cache"])
        }
    }

    @Test("A browser that has it is told so", arguments: types.keys.sorted())
    func unchanged(path: String) async throws {
        try await withServer(Site().exporter) { web in
            let tag = try #require(try await web.get(path).header["ETag"].first)
            // It is that of the compressed file as well, so it must be weak (RFC 9110, section 8.8.3).
            #expect(tag.hasPrefix("W/\"") && tag.hasSuffix("\""))
            #expect(try await web.get(path, headers: ["Accept-Encoding": "gzip"]).header["ETag"] == [tag])
            for header in [tag, String(tag.dropFirst(2)), "\"other\", \(tag)", "*"] {
                let answer = try await web.get(path, headers: ["If-None-Match": header])
                #expect(answer.status == 304 && answer.body.isEmpty, "\(header)")
                #expect(answer.header["ETag"] == [tag] && answer.header["Vary"] == ["Accept-Encoding"])
            }
            #expect(try await web.get(path, headers: ["If-None-Match": "\"other\""]).status == 200)
        }
    }

    @Test("The script has at most 10 KB, evaluates no text, writes no HTML and asks for nothing elsewhere")
    func script() async throws {
        try await withServer(Site().exporter) { web in
            let script = try await web.get("/pages.js")
            #expect(script.body.count <= 10_000 && script.body.count > 1000)
            for word in [
                "eval(", "Function(", "innerHTML", "insertAdjacentHTML", "document.write", "import ", "import(",
                "http:",
                "https:", "//cdn", "setAttribute(\"style\"", "setAttribute(\"on", "localStorage", "cookie",
            ] {
                #expect(!script.text.contains(word), "\(word)")
            }
        }
    }

    @Test(
        "Pages of the present are fetched again, those of the past, wrong ones and instructions are not",
        arguments: [
            ("/", true), ("/indices", true), ("/indices/products", true), ("/explore", true), ("/capacity", true),
            ("/collector", true), ("/setup", false), ("/explore?start=now-3d&end=now-1d", false),
            ("/explore?range=forever", false), ("/nothing/here", false),
        ])
    func refresh(path: String, isRefreshed: Bool) async throws {
        let site = try Site()
        try await site.store("billed_search_requests", index: "products", hours([1]))
        try await withServer(site.exporter) { web in
            let page = try PageSource(try await web.get(path, headers: ["Accept": "text/html"]).text)
            #expect(page.all("main")[0].attributes["data-refresh"] == (isRefreshed ? "60" : nil))
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
