public import Simulator
public import UsageModel

/// What the crash test's victim collects, and from how unreliable a vendor.
public enum CrashScenario {
    public static let indices: [IndexName] = ["products", "shop/eu", "🛒 cart"]

    public static var faults: Faults {
        var faults = Faults()
        faults.injected = [
            Fault(.status(500), probability: 0.05), Fault(.tooManyRequests(.seconds(2)), probability: 0.03),
            Fault(.truncatedJSON, probability: 0.03), Fault(.garbage, probability: 0.02),
            Fault(.cutConnection(), probability: 0.03), Fault(.hang, probability: 0.01),
        ]
        return faults
    }
}
