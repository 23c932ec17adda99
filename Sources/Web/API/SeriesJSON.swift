internal import History
internal import UsageModel

/// A long list of objects, written as the client takes it.
struct ListBody<Element: Sendable>: BodyParts {
    private let head: StaticString
    private let elements: [Element]
    private let write: @Sendable (Element, inout JSONBytes) -> Void
    private var position = 0
    private var hasEnded = false

    /// - Parameters:
    ///   - head: the beginning of an object with the list as its one property: `{"series":[`.
    ///   - write: writes one element.
    init(_ head: StaticString, _ elements: [Element], write: @escaping @Sendable (Element, inout JSONBytes) -> Void) {
        self.head = head
        self.elements = elements
        self.write = write
    }

    mutating func next() throws -> [UInt8]? {
        guard !hasEnded else { return nil }
        try Task.checkCancellation()
        var json = JSONBytes(capacity: 2 * BodyPart.size)
        if position == 0 { json.raw(head) }
        while position < elements.count, json.bytes.count < BodyPart.size {
            if position > 0 { json.raw(",") }
            write(elements[position], &json)
            position += 1
        }
        if position == elements.count {
            json.raw("]}")
            hasEnded = true
        }
        return json.bytes
    }
}

/// Series as objects: their identity, and points as `[milliseconds, value]`. A number that JSON cannot write, such as
/// an infinite sum, is `null`.
enum SeriesJSON {
    static func extent(_ extent: SeriesExtent, to json: inout JSONBytes) {
        json.raw(#"{"application":"#)
        json.string(extent.key.application)
        json.raw(#","first":"#)
        point(extent.first, to: &json)
        json.raw(#","granularity":"#)
        json.string(extent.granularity.rawValue)
        place(extent.key, to: &json)
        json.raw(#","last":"#)
        point(extent.last, to: &json)
        json.raw(#","statistic":"#)
        json.string(extent.key.statistic)
        unit(extent.key, to: &json)
    }

    static func latest(_ latest: LatestSeries, to json: inout JSONBytes) {
        json.raw(#"{"application":"#)
        json.string(latest.key.application)
        json.raw(#","daily":"#)
        point(latest.daily, to: &json)
        json.raw(#","hourly":"#)
        point(latest.hourly, to: &json)
        place(latest.key, to: &json)
        // Only what the Monitoring API reports has minutes.
        if let minutely = latest.minutely {
            json.raw(#","minutely":"#)
            point(minutely, to: &json)
        }
        json.raw(#","statistic":"#)
        json.string(latest.key.statistic)
        json.raw(#","total":"#)
        if let total = latest.total { json.number(total) } else { json.raw("null") }
        unit(latest.key, to: &json)
    }

    private static func place(_ key: SeriesKey, to json: inout JSONBytes) {
        json.raw(#","index":"#)
        json.stringOrNull(key.index)
        json.raw(#","key":"#)
        json.stringOrNull(key.key)
    }

    /// The last property, and the end of the object.
    private static func unit(_ key: SeriesKey, to json: inout JSONBytes) {
        json.raw(#","unit":"#)
        json.string(StatisticCatalogue.describe(key.statistic, api: key.api).unit.rawValue)
        json.raw("}")
    }

    private static func point(_ point: Point?, to json: inout JSONBytes) {
        guard let point else { return json.raw("null") }
        json.pairs([point])
    }
}
