extension LinearRegex {
    /// A set of scalars: `[a-z]`, `\d`, `\p{Lu}`, and what `(?i)` makes of a letter.
    struct ScalarClass: Sendable {
        /// Lower and upper bounds in turn, ascending and apart.
        private var bounds: [UInt32] = []
        private var categories: CategorySet = []
        /// Categories in any case: those of a scalar's other cases count as well.
        private var foldedCategories: CategorySet = []
        /// Categories of which neither the scalar nor one of its other cases may be; one of these suffices.
        private var excludedCategories: Set<CategorySet> = []
        private var isNegated = false
        /// The answers for ASCII, of which most texts are.
        private var ascii: [Bool] = []
        /// The size that it adds to a program, by the time and the memory that it takes to make it: 4 instructions,
        /// and one for every 4 ranges that its members come to, or for every 32 scalars that are folded.
        private(set) var cost = 4

        /// - Parameter isNegated: whether it has all scalars but those of `members`.
        init(_ members: [Member], isNegated: Bool = false) {
            self.isNegated = isNegated
            var ranges: [ClosedRange<UInt32>] = []
            for member in members {
                switch (member.content, member.isFolded, member.isNegated) {
                case (.ranges(let own), let isFolded, let isNegated):
                    // Merged first: what is named a thousand times is folded once.
                    let merged = Self.merged(own)
                    let all = isFolded ? Folding.closure(merged) : merged
                    cost += (own.count + all.count) / 4
                    if isFolded { cost += Folding.count(in: merged) / 32 }
                    ranges += isNegated ? Self.gaps(Self.merged(all)) : all
                case (.categories(let own), false, let isNegated):
                    categories.formUnion(isNegated ? own.symmetricDifference(.all) : own)
                case (.categories(let own), true, false): foldedCategories.formUnion(own)
                case (.categories(let own), true, true): excludedCategories.insert(own)
                }
            }
            bounds = Self.merged(ranges).flatMap { [$0.lowerBound, $0.upperBound] }
            ascii = (0..<0x80).map { evaluate(Unicode.Scalar($0)) }
        }

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            scalar.isASCII ? ascii[Int(scalar.value)] : evaluate(scalar)
        }

        private func evaluate(_ scalar: Unicode.Scalar) -> Bool {
            (isInRanges(scalar.value) || isInCategories(scalar)) != isNegated
        }

        private func isInRanges(_ value: UInt32) -> Bool {
            // The number of bounds that are not above it; after a lower one it is within.
            var (low, high) = (0, bounds.count)
            while low < high {
                let middle = (low + high) / 2
                if bounds[middle] < value || (bounds[middle] == value && middle % 2 == 0) {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            return low % 2 == 1
        }

        private func isInCategories(_ scalar: Unicode.Scalar) -> Bool {
            if categories.isEmpty, foldedCategories.isEmpty, excludedCategories.isEmpty { return false }
            let own = CategorySet(scalar.properties.generalCategory)
            if !categories.isDisjoint(with: own) { return true }
            if foldedCategories.isEmpty, excludedCategories.isEmpty { return false }
            let all = Folding.others(scalar.value).reduce(into: own) { all, other in
                if let other = Unicode.Scalar(other) { all.formUnion(CategorySet(other.properties.generalCategory)) }
            }
            return !foldedCategories.isDisjoint(with: all)
                || excludedCategories.contains { $0.isDisjoint(with: all) }
        }

        /// The same scalars in ranges that ascend and are apart.
        private static func merged(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
            var merged: [ClosedRange<UInt32>] = []
            for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                    merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
                } else {
                    merged.append(range)
                }
            }
            return merged
        }

        /// The scalars that are not in `ranges`, which ascend.
        private static func gaps(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
            var gaps: [ClosedRange<UInt32>] = []
            var next: UInt32 = 0
            for range in ranges {
                if next < range.lowerBound { gaps.append(next...range.lowerBound - 1) }
                next = range.upperBound + 1
            }
            if next <= 0x10_FFFF { gaps.append(next...0x10_FFFF) }
            return gaps
        }
    }
}

extension LinearRegex.ScalarClass {
    /// A part of a class.
    struct Member {
        enum Content {
            case ranges([ClosedRange<UInt32>])
            case categories(LinearRegex.CategorySet)
        }

        var content: Content
        /// Whether it has all scalars but these.
        var isNegated = false
        /// Whether it has these in any case.
        var isFolded = false
    }
}
