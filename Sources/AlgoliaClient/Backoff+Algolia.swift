public import Transport

extension Backoff {
    /// For 429, 5xx, timeouts and broken answers.
    public static let transient = Backoff(base: 2, cap: 300)
    /// For 401 and 403, which only a person can mend. Mending mostly means another key, and
    /// that is tried at once (``Secret/hasReplacement``); the same key is tried seldom.
    public static let unauthorized = Backoff(base: 300, cap: 3600, floor: 0.8)
    /// For an index that the vendor does not know, which may come back.
    public static let notFound = Backoff(base: 600, cap: 6 * 3600, floor: 0.5)
}
