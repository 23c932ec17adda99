internal import HTTPTypes
internal import Hummingbird
internal import Presentation

/// The page for a person who follows a link to a path that is not there; programs get a problem document.
enum NotFoundPage {
    private struct Content: ViewModel {}

    /// Nil unless a browser asked for a page: APIs answer everybody in their form of an error.
    static func response(to request: Request, _ exporter: Exporter) async -> Response? {
        let path = request.uri.path
        guard request.method == .get || request.method == .head,
            !["/api/", "/grafana"].contains(where: path.hasPrefix),
            AcceptHeader.prefersPage(request)
        else { return nil }
        let problem = Problem(status: .notFound, detail: "there is nothing at \(path)")
        let content = PageTemplates.render(notFound: Content(), at: exporter.paths)
        var response = await Page(subject: "Page not found", problem: problem, content: content).response(exporter)
        response.headers[.vary] = "Accept, Accept-Encoding"
        return response
    }
}
