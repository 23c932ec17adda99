extension LinearRegex {
    /// Scalars that differ in case only, one to one: `s`, `S` and `ſ`, but not `ß` and `SS`.
    enum Folding {
        /// The other cases of each scalar that has any.
        ///
        /// Not those of the dotted and the dotless i, which are other letters outside of Turkish.
        private static let orbits: [UInt32: [UInt32]] = {
            var groups: [UInt32: [UInt32]] = [:]
            // No letter beyond has cases.
            for value in UInt32(0)..<0x2_0000 {
                guard let scalar = Unicode.Scalar(value), scalar.properties.changesWhenCaseMapped,
                    value != 0x130, value != 0x131
                else { continue }
                let upper = single(scalar.properties.uppercaseMapping) ?? scalar
                let lower = single(upper.properties.lowercaseMapping) ?? upper
                groups[lower.value, default: []].append(value)
            }
            var orbits: [UInt32: [UInt32]] = [:]
            for group in groups.values where group.count > 1 {
                for value in group { orbits[value] = group.filter { $0 != value } }
            }
            return orbits
        }()

        static func others(_ value: UInt32) -> [UInt32] { orbits[value] ?? [] }

        /// The scalars that have other cases, ascending.
        private static let scalars = orbits.keys.sorted()

        /// `ranges` and the other cases of all in them.
        /// - Parameter ranges: apart from each other.
        static func closure(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
            var closure = ranges
            for range in ranges {
                var position = firstPosition(from: range.lowerBound)
                while position < scalars.count, scalars[position] <= range.upperBound {
                    for other in others(scalars[position]) where !range.contains(other) {
                        closure.append(other...other)
                    }
                    position += 1
                }
            }
            return closure
        }

        /// How many scalars of `ranges` have other cases.
        static func count(in ranges: [ClosedRange<UInt32>]) -> Int {
            ranges.reduce(0) { $0 + firstPosition(from: $1.upperBound + 1) - firstPosition(from: $1.lowerBound) }
        }

        /// Where the first of ``scalars`` is that is not below `value`.
        private static func firstPosition(from value: UInt32) -> Int {
            var (low, high) = (0, scalars.count)
            while low < high {
                let middle = (low + high) / 2
                if scalars[middle] < value { low = middle + 1 } else { high = middle }
            }
            return low
        }

        private static func single(_ text: String) -> Unicode.Scalar? {
            text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil
        }
    }

    /// General categories of Unicode.
    struct CategorySet: OptionSet, Hashable, Sendable {
        let rawValue: UInt32

        /// In the order of their bits.
        private static let names = [
            "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
            "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
        ]

        static let all = CategorySet(rawValue: 1 << UInt32(names.count) - 1)

        init(rawValue: UInt32) { self.rawValue = rawValue }

        /// The categories of a name of one letter or two; nil for another.
        init?(name: String) {
            if name == "Any" {
                self = .all
                return
            }
            guard (1...2).contains(name.utf8.count) else { return nil }
            rawValue = Self.names.indices.filter { Self.names[$0].hasPrefix(name) }.reduce(0) { $0 | 1 << UInt32($1) }
            if rawValue == 0 { return nil }
        }

        init(_ category: Unicode.GeneralCategory) {
            let bit: UInt32 =
                switch category {
                case .uppercaseLetter: 0
                case .lowercaseLetter: 1
                case .titlecaseLetter: 2
                case .modifierLetter: 3
                case .otherLetter: 4
                case .nonspacingMark: 5
                case .spacingMark: 6
                case .enclosingMark: 7
                case .decimalNumber: 8
                case .letterNumber: 9
                case .otherNumber: 10
                case .connectorPunctuation: 11
                case .dashPunctuation: 12
                case .openPunctuation: 13
                case .closePunctuation: 14
                case .initialPunctuation: 15
                case .finalPunctuation: 16
                case .otherPunctuation: 17
                case .mathSymbol: 18
                case .currencySymbol: 19
                case .modifierSymbol: 20
                case .otherSymbol: 21
                case .spaceSeparator: 22
                case .lineSeparator: 23
                case .paragraphSeparator: 24
                case .control: 25
                case .format: 26
                case .surrogate: 27
                case .privateUse: 28
                default: 29
                }
            rawValue = 1 << bit
        }
    }
}
