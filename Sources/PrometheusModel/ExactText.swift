extension String {
    /// Below 0, 0 or above 0 as the bytes of this text come before, equal or come after those of `other`.
    ///
    /// Swift's own comparison takes `é` and `e` with an accent after it for the same text, but they can be
    /// the names of two indices.
    func byteOrder(to other: String) -> Int {
        var left = self
        var right = other
        return left.withUTF8 { left in
            right.withUTF8 { right in
                for position in 0..<min(left.count, right.count) where left[position] != right[position] {
                    return Int(left[position]) - Int(right[position])
                }
                return left.count - right.count
            }
        }
    }
}

/// A text that is equal to another only if its bytes are.
public struct ExactText: Hashable, Sendable {
    public let text: String

    public init(_ text: String) { self.text = text }

    public static func == (left: ExactText, right: ExactText) -> Bool { left.text.byteOrder(to: right.text) == 0 }

    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
