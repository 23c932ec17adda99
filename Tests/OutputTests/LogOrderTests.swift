import CoreMetrics
import Foundation
import Logging
import TestSupport
import Testing

@testable import Output

@Suite("The log under load, and any text in it", .timeLimit(.minutes(30)))
struct LogOrderTests {
    @Test("Many writers at once: no line is torn or lost, and each writer's lines keep their order")
    func manyWriters() async throws {
        let pipe = try TestPipe()
        let writer = LogWriter(descriptor: pipe.writer)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<10 {
                group.addTask { for number in 0..<200 { writer.write("\(task) \(number)\n") } }
            }
        }
        let text = try await pipe.text { $0.count(where: { $0 == "\n" }) == 2000 }
        var next = Array(repeating: 0, count: 10)
        for line in text.split(separator: "\n") {
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            try #require(numbers.count == 2, "\(line)")
            #expect(numbers[1] == next[numbers[0]])
            next[numbers[0]] += 1
        }
        #expect(next == Array(repeating: 200, count: 10))
    }

    @Test("After a flush, everything that was written before it is out")
    func flushed() throws {
        let pipe = try TestPipe(size: 1 << 20)
        let writer = LogWriter(descriptor: pipe.writer)
        for round in 0..<20 {
            for number in 0..<50 { writer.write("\(round) \(number)\n") }
            writer.flush(within: 600)
            let lines = pipe.read().split(separator: "\n")
            #expect(lines.count == 50)
            #expect(lines.last == "\(round) 49")
        }
    }

    @Test("A line that is larger than everything that may wait is dropped alone")
    func largest() async throws {
        let pipe = try TestPipe()
        let writer = LogWriter(descriptor: pipe.writer)
        writer.report { "dropped \($0)\n" }
        writer.write(String(repeating: "x", count: LogWriter.budget) + "\n")
        writer.write("after\n")
        let text = try await pipe.text { $0.contains("dropped") && $0.contains("after") }
        #expect(text == "after\ndropped 1\n")
        // One that just fits is written.
        let fitting = String(repeating: "y", count: LogWriter.budget - 1) + "\n"
        writer.flush(within: 600)
        writer.write(fitting)
        let isWhole = try await pipe.text { $0.hasSuffix("\n") } == fitting
        #expect(isWhole)
    }

    @Test(
        "Any text comes back from a line of JSON as it was, and makes one line in either format",
        arguments: 0..<8 as Range<UInt64>)
    func anyText(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let special: [Unicode.Scalar] = [
            "\0", "\n", "\r", "\t", "\"", "\\", "=", " ", "\u{7F}", "\u{85}", "\u{2028}", "\u{FEFF}", "\u{1F6D2}",
        ]
        for _ in 0..<200 {
            let scalars = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                Bool.random(using: &generator)
                    ? special.randomElement(using: &generator)!
                    : Unicode.Scalar(UInt32.random(in: 0..<0xD800, using: &generator))!
            }
            let text = String(String.UnicodeScalarView(scalars))
            let json = LineLogHandler.line(.json, .info, text, [("key", text)])
            let object = try #require(
                JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: String], "seed \(seed): \(json)")
            #expect(object["msg"]?.unicodeScalars.elementsEqual(scalars) == true, "seed \(seed)")
            #expect(object["key"]?.unicodeScalars.elementsEqual(scalars) == true, "seed \(seed)")
            for format in LogFormat.allCases {
                let line = LineLogHandler.line(format, .info, text)
                #expect(line.hasSuffix("\n"))
                #expect(!line.unicodeScalars.dropLast().contains { $0.isObeyed }, "seed \(seed)")
            }
        }
    }

    @Test("A text that is cut in the middle of a character is still text, and says its size")
    func cut() throws {
        for offset in 0..<4 {
            let text = String(repeating: "x", count: 8192 - offset) + "\u{1F6D2}\u{1F6D2}"
            let line = LineLogHandler.line(.json, .info, text)
            let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
            #expect(object["msg"]?.hasSuffix("… (\(text.utf8.count) bytes)") == true)
            #expect(object["msg"]?.hasPrefix(String(repeating: "x", count: 8192 - offset)) == true)
        }
    }

    @Test("A level decides alone what is logged", arguments: Logger.Level.allCases)
    func levels(level: Logger.Level) throws {
        let pipe = try TestPipe()
        let writer = LogWriter(descriptor: pipe.writer)
        let logger = Logger(label: "test") { _ in LineLogHandler(level: level, format: .logfmt, writer: writer) }
        for each in Logger.Level.allCases { logger.log(level: each, "\(each.rawValue)") }
        writer.flush(within: 600)
        let logged = pipe.read().split(separator: "\n").map { String($0.split(separator: "msg=")[1]) }
        #expect(logged == Logger.Level.allCases.filter { $0 >= level }.map(\.rawValue))
    }

    @Test(
        "Text for a terminal is never longer in lines than it was, and is stable when made twice",
        arguments: 0..<4 as Range<UInt64>)
    func printable(seed: UInt64) {
        var generator = SeededGenerator(seed)
        for _ in 0..<500 {
            let scalars = (0..<20).map { _ in Unicode.Scalar(UInt32.random(in: 0..<0x3000, using: &generator))! }
            let text = String(String.UnicodeScalarView(scalars))
            let once = text.printable()
            #expect(!once.unicodeScalars.contains { $0.isObeyed }, "seed \(seed)")
            #expect(once.printable() == once, "seed \(seed)")
            let lines = text.printable(keepsLines: true)
            #expect(lines.unicodeScalars.count { $0 == "\n" } == scalars.count { $0 == "\n" }, "seed \(seed)")
            #expect(lines.unicodeScalars.allSatisfy { !$0.isObeyed || $0 == "\n" }, "seed \(seed)")
        }
    }
}
