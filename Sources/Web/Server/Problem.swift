internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import UsageModel

/// An error as a client sees it: a problem document (RFC 9457) that names the
/// parameter at fault and what would be accepted.
struct Problem: Error, HTTPResponseError {
    var status: HTTPResponse.Status
    var detail: String
    var parameter: String?
    var accepted: String?
    var headers: HTTPFields = [:]

    /// 400: `parameter` has a value that cannot be used.
    static func parameter(_ name: String, _ detail: String, accepted: String) -> Problem {
        Problem(status: .badRequest, detail: detail, parameter: name, accepted: accepted)
    }

    /// 404: `parameter` names something that is not there.
    static func unknown(_ name: String, _ detail: String, accepted: String) -> Problem {
        Problem(status: .notFound, detail: detail, parameter: name, accepted: accepted)
    }

    /// Characters of a text that a document repeats: it says what is wrong and is no echo of the request.
    private static let textLimit = 2000

    /// The document.
    static func json(
        code: Int, title: String, _ detail: String, parameter: String? = nil, accepted: String? = nil
    ) -> [UInt8] {
        var json = JSONBytes(capacity: 512)
        func write(_ name: StaticString, _ text: String?) {
            guard let text else { return }
            json.raw(name)
            json.string(text.count <= textLimit ? text : text.prefix(textLimit) + "…")
            json.raw(",")
        }
        json.raw("{")
        write(#""accepted":"#, accepted)
        write(#""detail":"#, detail)
        write(#""parameter":"#, parameter)
        json.raw(#""status":"#)
        json.integer(Int64(code))
        json.raw(#",""#)
        write(#"title":"#, title)
        json.raw(#""type":"about:blank"}"#)
        return json.bytes
    }

    func response(from request: Request, context: some RequestContext) throws -> Response { response() }

    func response() -> Response {
        let document = Self.json(
            code: status.code, title: status.reasonPhrase, detail, parameter: parameter, accepted: accepted)
        var response = Response.bytes(document, type: "application/problem+json", status: status)
        for header in headers { response.headers[header.name] = header.value }
        return response
    }
}

extension Problem {
    /// The problem that a client sees for an internal error; the log has the details.
    init(_ error: any Error, path: String, _ logger: Logger) {
        if let problem = error as? Problem {
            self = problem
            return
        }
        logger.error("request failed: \(error)", metadata: ["path": "\(path)"])
        self.init(status: .internalServerError, detail: "cannot read the history database; see the log")
    }
}

/// Turns every error behind it into a problem document.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    let methods: PathMethods
    let exporter: Exporter

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return try problem.response(from: request, context: context)
        } catch let error as any HTTPResponseError {
            if error.status == .notFound, methods[request.uri.path] == nil,
                let page = await NotFoundPage.response(to: request, exporter)
            {
                return page
            }
            return try problem(for: error, request).response(from: request, context: context)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            let problem = Problem(error, path: request.uri.path, context.logger)
            return try problem.response(from: request, context: context)
        }
    }

    private func problem(for error: any HTTPResponseError, _ request: Request) -> Problem {
        guard error.status == .notFound else {
            return Problem(status: error.status, detail: error.status.reasonPhrase)
        }
        let path = request.uri.path
        guard let allowed = methods[path] else {
            return Problem(
                status: .notFound, detail: "there is nothing at \(path); see \(exporter.paths.link("/openapi.json"))")
        }
        let names = AllowedMethods.names(allowed)
        return Problem(
            status: .methodNotAllowed, detail: "\(path) does not accept \(request.method.rawValue)",
            accepted: names, headers: [.allow: names])
    }
}
