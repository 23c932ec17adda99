public import UsageModel

/// The indices that the Search API lists.
public struct IndexListing: Sendable, Hashable {
    /// As the vendor spells and orders them; none is empty.
    public private(set) var names: [IndexName] = []
    /// Entries that cannot be the name of an index: empty, or with NUL. An empty name in a request
    /// would ask for the application as a whole.
    public private(set) var unusable = 0

    init() {}

    mutating func add(_ text: String) {
        if let name = IndexName(text), !name.isEmpty { names.append(name) } else { unusable += 1 }
    }
}
