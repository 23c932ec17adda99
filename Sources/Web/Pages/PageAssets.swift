internal import HTTPTypes
internal import Hummingbird
internal import Presentation

/// The files that pages need besides themselves.
///
/// Their addresses carry a version made of their bytes: a browser asks once, and again after an upgrade.
enum PageAssets {
    struct Asset: Sendable {
        var path: String
        var summary: String
        var type: String
        var bytes: [UInt8]
        /// Differs as soon as a byte does.
        let version: String

        init(path: String, summary: String, type: String, text: String) {
            self.path = path
            self.summary = summary
            self.type = type
            bytes = Array(text.utf8)
            // FNV-1a, 64 bits.
            let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
            version = String(hash, radix: 36)
        }

        /// Where pages look for it.
        var link: String { "\(path)?v=\(version)" }
        /// Weak, because it is that of the compressed bytes as well.
        var tag: String { "W/\"\(version)\"" }
    }

    static let stylesheet = Asset(
        path: "/style.css", summary: "The style of all pages.", type: "text/css; charset=utf-8",
        text: Stylesheet.text)

    static let script = Asset(
        path: "/pages.js", summary: "What pages add for browsers with scripts.", type: "text/javascript; charset=utf-8",
        text: PageScript.text)

    static let icon = Asset(
        path: "/favicon.svg", summary: "The mark of this exporter.", type: "image/svg+xml", text: mark)

    static var endpoints: [Endpoint] { [stylesheet, script, icon].map(endpoint) }

    private static func endpoint(_ asset: Asset) -> Endpoint {
        Endpoint(
            path: asset.path, summary: asset.summary, contents: [.init(type: asset.type, summary: asset.summary)],
            isUrgent: true
        ) { request, _ in
            var response =
                names(request.headers[.ifNoneMatch], asset.tag)
                ? Response(status: .notModified) : Response.bytes(asset.bytes, type: asset.type)
            response.headers[.eTag] = asset.tag
            response.headers[.vary] = "Accept-Encoding"
            let isVersioned = request.uri.query == "v=\(asset.version)"
            response.headers[.cacheControl] = isVersioned ? "public, max-age=31536000, immutable" : "no-cache"
            response.headers[.xContentTypeOptions] = "nosniff"
            // An SVG that is opened directly is a document.
            response.headers[.contentSecurityPolicy] = "default-src 'none'; style-src 'unsafe-inline'"
            return response
        }
    }

    /// Whether an `If-None-Match` header names `tag`, weakly or not.
    private static func names(_ header: String?, _ tag: String) -> Bool {
        (header ?? "").split(separator: ",").contains { candidate in
            let candidate = candidate.drop { $0 == " " }
            return candidate == "*" || candidate == tag || "W/" + candidate == tag
        }
    }

    /// Four rising bars, the last one still open: what was stored, and what is to come.
    private static let mark = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
        <rect width="32" height="32" rx="7" fill="#1f3fd6"/>
        <g fill="#fff"><rect x="6" y="18" width="4" height="8" rx="1"/><rect x="12" y="14" width="4" height="12" rx="1"/>\
        <rect x="18" y="10" width="4" height="16" rx="1"/></g>
        <rect x="24.75" y="6.75" width="2.5" height="18.5" rx="1" fill="none" stroke="#fff" stroke-width="1.5" \
        stroke-dasharray="3 2"/>
        </svg>

        """
}
