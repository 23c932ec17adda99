extension LinearRegex {
    /// Reads a pattern and writes its program on the way, without a tree between them.
    ///
    /// Every part's instructions are one piece at the end of what is written so far, so a repetition
    /// has only to put something before and after the last piece, or to copy it. Open groups are a
    /// list and not calls within calls: a pattern cannot exhaust the stack.
    struct Parser {
        /// The flags that `(?i)` and the like switch until the group ends.
        struct Flags {
            var isFolded = false
            /// As Prometheus compiles patterns; it is off in RE2 otherwise.
            var dotMatchesNewline = true
        }

        /// How a class was written.
        private struct ClassSource: Hashable {
            var text: ArraySlice<Unicode.Scalar>
            var isFolded: Bool
        }

        /// A group that is not closed yet, or the whole.
        private struct Group {
            /// Where it begins in the pattern.
            var opening: Int
            /// Its first instruction.
            var start: Int
            /// The first instruction of the alternative at hand.
            var branch: Int
            /// At the end of each alternative, the jump to the end of the group.
            var jumps: [Int] = []
            /// The flags after it.
            var outerFlags: Flags
        }

        let pattern: [Unicode.Scalar]
        var position = 0
        var flags = Flags()
        private var groups: [Group]
        private var instructions: [Instruction] = []
        private var classes: [ScalarClass] = []
        /// Positions in ``classes`` by what was written: a class that recurs is made once.
        private var classNumbers: [ClassSource: Int] = [:]
        /// The size that the classes add.
        private var classCost = 0
        /// The first instruction of the part that a repetition would repeat.
        private var part: Int?
        /// Where in the pattern the repetition is that has just been read.
        private var repetition: Int?

        init(_ pattern: String) {
            self.pattern = Array(pattern.unicodeScalars)
            groups = [Group(opening: 0, start: 0, branch: 0, outerFlags: Flags())]
        }

        mutating func parse() throws(Failure) -> Program {
            if pattern.count > LinearRegex.lengthLimit {
                throw Failure("it is too large: it has more than \(LinearRegex.lengthLimit) characters")
            }
            while let scalar = peek {
                let start = position
                position += 1
                let previous = repetition
                repetition = nil
                switch scalar {
                case "|": try endBranch()
                case "(": try open(start)
                case ")": try close(start)
                case "*": try `repeat`(0, nil, from: start, after: previous)
                case "+": try `repeat`(1, nil, from: start, after: previous)
                case "?": try `repeat`(0, 1, from: start, after: previous)
                case "{":
                    if let counts = try counts(start) {
                        try `repeat`(counts.least, counts.most, from: start, after: previous)
                    } else {
                        try write(scalar)
                    }
                case "[": try bracketed(start)
                case ".": try writeDot()
                case "^": try write(.begin)
                case "$": try write(.end)
                case "\\": try escape(start)
                default: try write(scalar)
                }
            }
            if groups.count > 1 {
                throw Failure(pattern[groups[groups.count - 1].opening...], "is a group that is not closed")
            }
            endGroup(groups[0])
            instructions.append(.match)
            return Program(instructions: instructions, classes: classes)
        }

        var peek: Unicode.Scalar? { position < pattern.count ? pattern[position] : nil }

        /// Reads `text` if it comes next.
        mutating func read(_ text: String) -> Bool {
            guard pattern[position...].starts(with: text.unicodeScalars) else { return false }
            position += text.unicodeScalars.count
            return true
        }

        // MARK: Parts

        /// Writes one part.
        mutating func write(_ instruction: Instruction) throws(Failure) {
            try reserve(1)
            part = instructions.count
            instructions.append(instruction)
        }

        /// Writes a class.
        /// - Parameter source: as it stands in the pattern.
        mutating func write(
            _ source: ArraySlice<Unicode.Scalar>, _ members: [ScalarClass.Member], isNegated: Bool = false
        ) throws(Failure) {
            let key = ClassSource(text: source, isFolded: flags.isFolded)
            if let number = classNumbers[key] { return try write(.set(number)) }
            let new = ScalarClass(members, isNegated: isNegated)
            try reserve(new.cost + 1)
            classCost += new.cost
            classNumbers[key] = classes.count
            classes.append(new)
            try write(.set(classes.count - 1))
        }

        mutating func write(_ scalar: Unicode.Scalar) throws(Failure) {
            if flags.isFolded, !Folding.others(scalar.value).isEmpty {
                try write([scalar], [.init(content: .ranges([scalar.value...scalar.value]), isFolded: true)])
            } else {
                try write(.scalar(scalar))
            }
        }

        private mutating func writeDot() throws(Failure) {
            if flags.dotMatchesNewline {
                try write(.any)
            } else {
                try write(["."], [.init(content: .ranges([0x0A...0x0A]))], isNegated: true)
            }
        }

        private func reserve(_ count: Int) throws(Failure) {
            // One is for the end.
            if count >= LinearRegex.sizeLimit - instructions.count - classCost {
                throw Failure("it is too large: it takes more than \(LinearRegex.sizeLimit) instructions")
            }
        }

        // MARK: Groups and alternatives

        private mutating func endBranch() throws(Failure) {
            try reserve(2)
            let last = groups.count - 1
            let branch = groups[last].branch
            instructions.insert(.split(1, instructions.count - branch + 2), at: branch)
            groups[last].jumps.append(instructions.count)
            instructions.append(.jump(0))
            groups[last].branch = instructions.count
            part = nil
        }

        private mutating func endGroup(_ group: Group) {
            for jump in group.jumps { instructions[jump] = .jump(instructions.count - jump) }
        }

        private mutating func open(_ start: Int) throws(Failure) {
            let outerFlags = flags
            if peek == "?" {
                position += 1
                // Flags for the rest of the group that is open already.
                guard try groupKind(start) else { return }
            }
            guard groups.count <= LinearRegex.depthLimit else {
                throw Failure("it is too deeply nested: more than \(LinearRegex.depthLimit) groups in one another")
            }
            groups.append(
                Group(
                    opening: start, start: instructions.count, branch: instructions.count, outerFlags: outerFlags))
            part = nil
        }

        private mutating func close(_ start: Int) throws(Failure) {
            guard groups.count > 1 else { throw Failure(pattern[...start], "ends a group that was not opened") }
            let group = groups.removeLast()
            endGroup(group)
            flags = group.outerFlags
            part = group.start
        }

        // MARK: Repetitions

        /// Repeats the last part, at most without end if `most` is nil.
        private mutating func `repeat`(
            _ least: Int, _ most: Int?, from start: Int, after previous: Int?
        ) throws(Failure) {
            if let previous {
                let isPossessive = pattern[start] == "+" && start == position - 1
                throw Failure(
                    pattern[previous..<position],
                    isPossessive
                        ? "is a possessive repetition, which is not supported" : "repeats what is repeated already")
            }
            guard let part else { throw Failure(pattern[start..<position], "has nothing to repeat") }
            // Lazy or not, the same texts match.
            if peek == "?" { position += 1 }
            repetition = start
            let body = Array(instructions[part...])
            if body.isEmpty || (least == 1 && most == 1) { return }
            instructions.removeSubrange(part...)
            let optional = most.map { ($0 - least) * (body.count + 1) } ?? (least == 0 ? body.count + 2 : 1)
            try reserve(least * body.count + optional)
            if let most {
                for _ in 0..<least { instructions += body }
                for left in stride(from: most - least, to: 0, by: -1) {
                    instructions.append(.split(1, left * (body.count + 1)))
                    instructions += body
                }
            } else if least == 0 {
                instructions.append(.split(1, body.count + 2))
                instructions += body
                instructions.append(.jump(-body.count - 1))
            } else {
                for _ in 0..<least { instructions += body }
                instructions.append(.split(-body.count, 1))
            }
        }

        /// The counts of `{n}`, `{n,}` or `{n,m}`; nil, and nothing read, for a brace that is only a brace.
        private mutating func counts(_ start: Int) throws(Failure) -> (least: Int, most: Int?)? {
            guard let least = number() else {
                position = start + 1
                return nil
            }
            var most: Int? = least
            if read(",") { most = peek == "}" ? nil : number() ?? -1 }
            guard most != -1, read("}") else {
                position = start + 1
                return nil
            }
            if max(least, most ?? 0) > LinearRegex.repetitionLimit {
                throw Failure(pattern[start..<position], "repeats more than \(LinearRegex.repetitionLimit) times")
            }
            if let most, most < least { throw Failure(pattern[start..<position], "repeats at most less than at least") }
            return (least, most)
        }

        /// A number without zeros before it, which is what RE2 accepts; nil for no such.
        private mutating func number() -> Int? {
            let start = position
            var number = 0
            while let digit = peek, ("0"..."9").contains(digit) {
                // More than that is refused, so it need not be known.
                number = min(number * 10 + Int(digit.value - 0x30), 1_000_000)
                position += 1
            }
            let isPadded = position - start > 1 && pattern[start] == "0"
            return position == start || isPadded ? nil : number
        }
    }
}
