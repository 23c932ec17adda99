internal import History
internal import HTTPTypes
internal import Hummingbird
internal import Presentation
internal import UsageModel

/// One answer of the pages for people: what stands between header and footer.
///
/// Pages have no inline script, no inline style and nothing from elsewhere, and their policy says so to browsers.
/// Without their one script they show, link and submit the same.
struct Page: Sendable {
    /// Nil for a page that the navigation does not lead to.
    var name: PageName?
    /// The subject that precedes the page's title in the browser's; empty for a page that always shows the same.
    var subject = ""
    /// The heading, where that is not the name of the page.
    var heading: String?
    /// The fault of the request.
    var problem: Problem?
    var content: Markup
    /// Whether it shows a fixed part of the past, which the script need not fetch again.
    var isPast = false

    static let contentType = "text/html; charset=utf-8"

    /// Seconds between two refreshes by the script.
    private static let refresh = 60

    /// The policy of a page for browsers: its own style, script and pictures, its own forms, a refresh of itself,
    /// nothing else.
    private static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    /// Seconds after which the script fetches it again; nil for a page that would say the same, or was asked wrongly.
    fileprivate var refreshInterval: Int? {
        name?.showsPresent == true && !isPast && problem == nil ? Self.refresh : nil
    }

    func response(_ exporter: Exporter) async -> Response {
        let layout = Layout(self, await Trouble.all(exporter), exporter)
        let html = PageTemplates.render(layout: layout, at: exporter.paths).html
        var response = Response.bytes(Array(html.utf8), type: Self.contentType, status: problem?.status ?? .ok)
        response.headers[.contentSecurityPolicy] = Self.policy
        response.headers[.cacheControl] = "no-store"
        response.headers[.xContentTypeOptions] = "nosniff"
        // Queries of these pages name applications and indices.
        response.headers[.referrerPolicy] = "same-origin"
        return response
    }

    /// The endpoint of a page.
    /// - Parameters:
    ///   - path: of a page below `name`, to which the navigation does not lead.
    ///   - make: is given the request as it came; what it throws becomes a page without content.
    static func endpoint(
        _ name: PageName, path: String? = nil, _ exporter: Exporter, summary: String, contents: String,
        parameters: [Endpoint.Parameter] = [],
        failures: [Int: String] = [:], make: @escaping @Sendable (Request) async throws -> Page
    ) -> Endpoint {
        Endpoint(
            path: path ?? name.path, summary: summary, parameters: parameters,
            contents: [.init(type: contentType, summary: contents)], failures: failures, failureForm: .page,
            memory: Endpoint.memoryOfWhole
        ) { request, _ in
            let problem: Problem
            do {
                return try await make(request).response(exporter)
            } catch let error as CancellationError {
                throw error
            } catch {
                problem = Problem(error, path: name.path, exporter.logger)
            }
            return await Page(name: name, problem: problem, content: .empty).response(exporter)
        }
    }
}

extension HTTPField.Name {
    static let referrerPolicy = Self("Referrer-Policy")!
}

/// The frame of every page.
private struct Layout: ViewModel {
    struct Link: ViewModel {
        var path: String
        var name: String
        var isCurrent: Bool
    }

    struct Alert: ViewModel {
        var title: String
        var accepted: String?
    }

    /// The browser's title, without the program's name.
    var subject: String
    var title: String
    var stylesheet: String
    var script: String
    var icon: String
    /// Seconds; empty for a page that is not fetched again.
    var refresh: String
    var pages: [Link]
    var hasTroubles: Bool
    var troubles: [Trouble]
    var alert: [Alert]
    var content: Markup
    var version: String
    var databaseSize: String
    var now: Markup

    init(_ page: Page, _ troubles: [Trouble], _ exporter: Exporter) {
        let name = page.name?.title ?? page.subject
        title = page.heading ?? name
        subject = page.name == nil || page.subject.isEmpty ? name : "\(page.subject) · \(name)"
        stylesheet = PageAssets.stylesheet.link
        script = PageAssets.script.link
        icon = PageAssets.icon.link
        refresh = page.refreshInterval.map { String($0) } ?? ""
        pages = PageName.allCases.map { Link(path: $0.path, name: $0.title, isCurrent: $0 == page.name) }
        self.troubles = troubles
        hasTroubles = !troubles.isEmpty
        alert = page.problem.map { [Alert(title: $0.sentence, accepted: $0.accepted)] } ?? []
        content = page.content
        version = exporter.build.version
        databaseSize = Figure.bytes(Double(exporter.history.size))
        now = .time(exporter.clock.now)
    }
}

extension Problem {
    /// For people: the parameter at fault, and what is wrong with it.
    fileprivate var sentence: String {
        let detail = detail.prefix(1).uppercased() + detail.dropFirst() + "."
        return parameter.map { "Parameter \($0): \(detail)" } ?? detail
    }
}

extension Markup {
    /// An instant in UTC, to the minute.
    static func time(_ time: UnixTime) -> Markup {
        let text = RFC3339.string(time)
        return "<time datetime=\"\(text)\">\(String(text.prefix(10))) \(CalendarText.clock(time))\u{A0}UTC</time>"
    }
}
