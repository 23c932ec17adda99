extension LinearRegex {
    /// One step. Offsets are relative to the instruction, so that a piece of a program can be copied.
    enum Instruction: Sendable {
        /// Takes this scalar.
        case scalar(Unicode.Scalar)
        /// Takes any scalar.
        case any
        /// Takes a scalar of one of the program's classes.
        case set(Int)
        /// Goes on at both.
        case split(Int, Int)
        /// Goes on elsewhere.
        case jump(Int)
        /// Goes on at the beginning of the text only.
        case begin
        /// Goes on at the end of the text only.
        case end
        /// Goes on where a word begins or ends (`\b`), or only where none does (`\B`).
        case boundary(Bool)
        case match
    }

    /// A nondeterministic automaton, as Thompson makes it of a regular expression.
    struct Program: Sendable {
        var instructions: [Instruction]
        var classes: [ScalarClass]

        /// The size that the classes add.
        var classCost: Int { classes.reduce(0) { $0 + $1.cost } }

        /// The text that the program matches when there is only one.
        var literal: [Unicode.Scalar]? {
            var scalars: [Unicode.Scalar] = []
            for instruction in instructions.dropLast() {
                guard case .scalar(let scalar) = instruction else { return nil }
                scalars.append(scalar)
            }
            return scalars
        }
    }

    /// A run of a program over one text: the set of instructions that are reached, scalar by scalar.
    struct Simulation {
        private let program: Program
        /// Instructions that take a scalar, reached before the scalar at hand and after it.
        private var current: [Int] = []
        private var next: [Int] = []
        /// For each instruction the last position at which it was reached: it is followed once at each.
        private var reached: [Int]
        private var position = 0
        /// The threads still to be followed at this position.
        private var pending: [Int] = []
        private var isMatch = false
        /// Looks at an instruction that are left; negative after too many.
        private(set) var steps: Int

        init(_ program: Program, steps: Int) {
            self.program = program
            // The array costs a step for each line of the processor's cache.
            self.steps = steps - program.instructions.count / 8 - 1
            reached = Array(repeating: -1, count: program.instructions.count)
        }

        /// Nil when there were too few steps.
        mutating func matchesWhole(_ text: String.UnicodeScalarView) -> Bool? {
            var scalars = text.makeIterator()
            var following = scalars.next()
            follow(0, after: nil, before: following)
            while let scalar = following {
                swap(&current, &next)
                if current.isEmpty { return false }
                steps -= current.count
                if steps < 0 { return nil }
                next.removeAll(keepingCapacity: true)
                position += 1
                isMatch = false
                following = scalars.next()
                for index in current where takes(index, scalar) {
                    follow(index + 1, after: scalar, before: following)
                }
            }
            return steps < 0 ? nil : isMatch
        }

        private func takes(_ index: Int, _ scalar: Unicode.Scalar) -> Bool {
            switch program.instructions[index] {
            case .scalar(let wanted): wanted == scalar
            case .any: true
            case .set(let number): program.classes[number].contains(scalar)
            default: false
            }
        }

        /// Reaches an instruction and all that follow without another scalar.
        private mutating func follow(_ start: Int, after: Unicode.Scalar?, before: Unicode.Scalar?) {
            pending.append(start)
            while let index = pending.popLast() {
                if reached[index] == position { continue }
                reached[index] = position
                steps -= 1
                switch program.instructions[index] {
                case .scalar, .any, .set: next.append(index)
                case .split(let first, let second):
                    pending.append(index + second)
                    pending.append(index + first)
                case .jump(let offset): pending.append(index + offset)
                case .begin: if after == nil { pending.append(index + 1) }
                case .end: if before == nil { pending.append(index + 1) }
                case .boundary(let isWanted):
                    if (Self.isWord(after) != Self.isWord(before)) == isWanted { pending.append(index + 1) }
                case .match: isMatch = true
                }
            }
        }

        /// Words are of ASCII, as in RE2.
        private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
            scalar.map { $0 == "_" || Parser.isAlphanumeric($0) } ?? false
        }
    }
}
