import UsageModel

/// Who may ask for what.
struct Access: Sendable {
    let configuration: SimulatorConfiguration
    let faults: Faults

    /// The application that the request speaks for; `""` when it need not say.
    /// - Throws: ``APIError``: 401 without headers, 403 for a key that does not fit.
    func check(_ request: SimulatedRequest, _ route: Route) throws(APIError) -> ApplicationID {
        let id = request.application
        let key = request.header("X-Algolia-API-Key") ?? ""
        switch route {
        case .status, .incidents, .probe, .reachability: return id
        default: break
        }
        guard !id.isEmpty, !key.isEmpty else { throw APIError.missingHeaders }
        guard let application = configuration.applications.first(where: { $0.id == id }) else {
            throw APIError.wrongKey
        }
        let expected: String? =
            switch route.api {
            case .usage: faults.rotatedUsageKeys[id] ?? application.usageKey
            case .monitoring: application.monitoringKey
            case .search: application.searchKey
            }
        guard key == expected, !faults.refusedKeys.contains(id) else { throw APIError.wrongKey }
        if route.api == .monitoring, faults.refusedMonitoring.contains(id) {
            throw APIError(403, "Infrastructure metrics are not part of this application's plan")
        }
        return id
    }
}
