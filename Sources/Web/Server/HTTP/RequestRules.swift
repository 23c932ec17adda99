internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore

/// The rules of every request and answer: one form of each path, `HEAD` wherever there is
/// `GET`, and the headers that keep browsers from keeping or guessing.
///
/// It stands before the router, which chooses by path and method before any middleware is asked.
struct RequestRules<Next: HTTPResponder>: HTTPResponder where Next.Context == ClientContext {
    /// The names under which the server may be asked; nil for any.
    let hosts: HostRule?
    let prefix: RoutePrefix
    /// Asked here about what never reaches the router; behind it, about everything else.
    let authentication: BasicAuthentication<Next.Context>
    let next: Next

    func respond(to request: Request, context: Next.Context) async throws -> Response {
        var response: Response
        do {
            if !context.isFromFileSystem { try hosts?.check(request.head.authority) }
            let isServer = request.method == .options && request.uri.string == "*"
            guard let below = isServer ? "*" : prefix.removed(from: request.uri.string) else {
                try await authentication.check(request, context)
                return finished(try prefix.elsewhere(request.method, request.uri.string), request.method)
            }
            let target: String
            do {
                target = try RequestTarget.normalized(below)
            } catch {
                try await authentication.check(request, context)
                throw error
            }
            // There, methods are what the vendor makes of them.
            let isVendors = target.utf8.starts(with: UsageProxy.root.utf8)
            if request.method == .options, target == "*" {
                // About the server as a whole (RFC 9110, section 9.3.7).
                try await authentication.check(request, context)
                response = Response(status: .noContent, headers: [.allow: "GET, HEAD, POST, OPTIONS"])
            } else {
                var request = request
                // The answer to a HEAD follows from that to a GET.
                let asGet = request.method == .head && !isVendors
                if asGet || request.uri.string != target {
                    var head = request.head
                    head.path = target
                    if asGet { head.method = .get }
                    request = Request(head: head, body: request.body)
                }
                response = try await next.respond(to: request, context: context)
            }
        } catch let problem as Problem {
            response = problem.response()
        }
        return finished(response, request.method)
    }

    private func finished(_ response: Response, _ method: HTTPRequest.Method) -> Response {
        var response = response
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        response.headers[.xContentTypeOptions] = "nosniff"
        if method == .head {
            let length = response.headers[.contentLength]
            response.body = ResponseBody { writer in try await writer.finish(nil) }
            response.headers[.contentLength] = length
        }
        return response
    }
}

/// The `Allow` header.
enum AllowedMethods {
    /// The methods of the endpoints at a path, and what follows from them.
    static func names(_ methods: [HTTPRequest.Method]) -> String {
        (methods + (methods.contains(.get) ? [.head] : [])).map(\.rawValue).joined(separator: ", ")
    }
}
