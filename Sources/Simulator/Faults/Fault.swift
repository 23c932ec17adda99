public import UsageModel

/// Something that happens to some requests.
public struct Fault: Sendable, Hashable {
    /// The header of a 429 about when to come back.
    public enum RetryAfter: Sendable, Hashable {
        /// The number of seconds.
        case seconds(Int)
        /// An HTTP date so many seconds from the simulator's now; in the past when negative.
        case date(in: Int)
        /// Anything else, such as `soon`, `-1` or a number with thirty digits.
        case text(String)
        /// No `Retry-After` at all.
        case absent
    }

    /// The kind of fault.
    public enum Effect: Sendable, Hashable {
        /// 429 with the usual error body.
        case tooManyRequests(RetryAfter)
        /// Such as 500 or 503, with an error body. Any of 0 ... 999, so also one below 100, which HTTP does not have.
        case status(Int)
        /// A whole answer in place of the right one: an error object with 200, HTML with 503.
        case answer(status: Int, contentType: String, body: String)
        /// A redirect. `{target}` in the location stands for the request's path and query.
        case redirect(status: Int, location: String)
        /// No answer until the connection closes.
        case hang
        /// The right answer, dribbled.
        case slowBody(chunkBytes: Int, delay: Duration)
        /// A connection closed within the body, after that many bytes or in its
        /// middle; `Content-Length` promises more.
        case cutConnection(afterBytes: Int? = nil)
        /// Complete HTTP, half of the JSON.
        case truncatedJSON
        /// A page of HTML, with status 200.
        case garbage
    }

    /// Which requests it applies to: all properties that are not nil must match.
    public struct Target: Sendable, Hashable {
        /// As in `X-Algolia-Application-Id`.
        public var application: ApplicationID?
        /// All requests of one API.
        public var api: API?
        /// `""` for the application level.
        public var index: IndexName?
        /// A name, group or `*` that the request asks for.
        public var statistic: StatisticName?
        /// A fault of a usage request.
        public var granularity: Granularity?

        /// A target; without any argument, every request.
        public init(
            application: ApplicationID? = nil, api: API? = nil, index: IndexName? = nil,
            statistic: StatisticName? = nil,
            granularity: Granularity? = nil
        ) {
            self.application = application
            self.api = api
            self.index = index
            self.statistic = statistic
            self.granularity = granularity
        }

        func matches(_ record: RequestRecord) -> Bool {
            (application == nil || application == record.application)
                && (api == nil || api == record.api)
                && (index == nil || index == record.index)
                && (statistic.map(record.statistics.contains) ?? true)
                && (granularity == nil || granularity == record.granularity)
        }
    }

    /// The kind of fault.
    public var effect: Effect
    /// The share of matching requests, in 0 ... 1. Which they are follows from
    /// the seed and the number of the request.
    public var probability: Double
    /// How often it may happen; nil for no limit.
    public var times: Int?
    /// Which requests it may happen to.
    public var target: Target

    /// A fault of every request, unless the arguments narrow it down.
    public init(_ effect: Effect, probability: Double = 1, times: Int? = nil, target: Target = Target()) {
        self.effect = effect
        self.probability = probability
        self.times = times
        self.target = target
    }
}

extension Fault.Effect {
    /// 200 with the body of an error, as a gateway sends it that loses the status.
    public static let errorObject = Self.answer(
        status: 200, contentType: "application/json; charset=UTF-8",
        body: #"{"status":503,"message":"Service temporarily unavailable"}"#)
    /// 200 with series in an object under a name that is no statistic's.
    public static let wrappedObject = Self.answer(
        status: 200, contentType: "application/json; charset=UTF-8",
        body: #"{"data":{"records":[{"t":1455451200000,"v":1}]}}"#)
    /// 200 with an array of something else.
    public static let arrayOfObjects = Self.answer(
        status: 200, contentType: "application/json; charset=UTF-8", body: #"[{"records":[]}]"#)
}
