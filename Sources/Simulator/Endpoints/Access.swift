import UsageModel

/// Decides who may ask for what. Each API refuses in its own words.
struct Access: Sendable {
    let configuration: SimulatorConfiguration
    let faults: Faults

    /// Returns the application that the request speaks for; `""` when it need not say.
    /// - Throws: ``APIError``: 401 or 403 without the right headers.
    func check(_ request: SimulatedRequest, _ route: Route) throws(APIError) -> ApplicationID {
        let id = request.application
        let key = request.header("X-Algolia-API-Key") ?? ""
        switch route {
        // The vendor takes no key here and looks at none.
        case .probe, .reachability: return ""
        case .status, .incidents, .inventory:
            if id.isEmpty, key.isEmpty { return "" }
            guard isMonitoringKey(key, of: id) else {
                throw route == .inventory ? APIError(403, "invalid credentials") : .invalidCredentials
            }
            guard route != .inventory || !faults.refusedMonitoring.contains(id) else {
                throw APIError(403, "invalid credentials")
            }
        case .infrastructure:
            guard isMonitoringKey(key, of: id), !faults.refusedMonitoring.contains(id) else {
                throw APIError.noInfrastructure
            }
        case .indexes:
            guard let application = application(id), !key.isEmpty, key == application.searchKey,
                !faults.refusedKeys.contains(id)
            else { throw APIError.wrongSearchKey }
        case .usage: try checkUsageKey(key, id)
        case .billing:
            guard configuration.servesUsageV2 else { throw APIError.noSuchPath }
            if let status = faults.refusedUsageV2Status { throw APIError(status, "Forbidden") }
            do throws(APIError) { try checkUsageKey(key, id) } catch { throw APIError.invalidCredential }
        }
        return id
    }

    private func checkUsageKey(_ key: String, _ id: ApplicationID) throws(APIError) {
        guard !id.isEmpty, !key.isEmpty else { throw APIError.missingHeaders }
        guard let application = application(id), !faults.refusedKeys.contains(id) else {
            throw APIError.invalidCredentials
        }
        guard key != faults.rotatedUsageKeys[id] ?? application.usageKey else { return }
        // A good key of the application, for something else.
        let isAnother = key == application.searchKey || key == application.monitoringKey
        throw isAnother ? APIError.missingUsageACL : .invalidCredentials
    }

    private func isMonitoringKey(_ key: String, of id: ApplicationID) -> Bool {
        guard let application = application(id), !faults.refusedKeys.contains(id) else { return false }
        return !key.isEmpty && key == application.monitoringKey
    }

    private func application(_ id: ApplicationID) -> SimulatedApplication? {
        configuration.applications.first { $0.id == id }
    }
}
