import Foundation
import Logging
import Testing

@testable import Output

@Suite("Lines of the log")
struct LineLogTests {
    /// The line without its time, which comes first.
    private func line(
        _ format: LogFormat, _ message: String, _ metadata: [(String, String)] = [], level: Logger.Level = .info
    ) -> String {
        let line = LineLogHandler.line(format, level, message, metadata)
        let start = format == .json ? "\",\"level\":" : " level="
        guard let found = line.firstRange(of: start) else { return line }
        return String(line[found.lowerBound...])
    }

    @Test("logfmt quotes what has spaces, quotes, = or nothing at all, and nothing else")
    func logfmt() {
        #expect(line(.logfmt, "listening", [("url", "http://a:1/")]) == " level=info msg=listening url=http://a:1/\n")
        #expect(line(.logfmt, "two words") == " level=info msg=\"two words\"\n")
        #expect(line(.logfmt, "", level: .warning) == " level=warning msg=\"\"\n")
        #expect(line(.logfmt, "a=b") == " level=info msg=\"a=b\"\n")
        #expect(line(.logfmt, "say \"hi\"") == " level=info msg=\"say \\\"hi\\\"\"\n")
        #expect(line(.logfmt, "a\\b") == " level=info msg=\"a\\\\b\"\n")
        #expect(line(.logfmt, "café") == " level=info msg=café\n")
    }

    @Test("JSON is an object on each line, which reads as what was logged")
    func json() throws {
        let message = "two\nlines, a \"quote\", a \\, a tab\t and \u{1B}[31mred"
        let text = LineLogHandler.line(.json, .error, message, [("index", "shop/é")])
        #expect(text.hasSuffix("}\n"))
        #expect(text.count(where: \.isNewline) == 1)
        let object = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String])
        #expect(object["msg"] == message)
        #expect(object["level"] == "error")
        #expect(object["index"] == "shop/é")
        #expect(object["ts"]?.hasSuffix("Z") == true)
    }

    @Test(
        "What a terminal obeys, or what turns the direction of writing, is escaped in both formats",
        arguments: ["\u{1B}[2J", "a\rb", "a\nb", "\u{202E}abc", "a\u{2028}b", "\u{7F}", "\u{9B}31m", "\u{FEFF}"])
    func obeyed(text: String) {
        for format in LogFormat.allCases {
            let line = line(format, text, [("key", text)])
            #expect(line.unicodeScalars.dropLast().allSatisfy { !$0.isObeyed }, "\(line)")
            #expect(line.contains("\\"))
        }
    }

    @Test("A message or value of more than 8 KiB is cut off, with its size")
    func long() {
        let text = String(repeating: "x", count: 8192)
        #expect(line(.logfmt, text) == " level=info msg=\(text)\n")
        #expect(line(.logfmt, text + "yz") == " level=info msg=\"\(text)… (8194 bytes)\"\n")
        let value = line(.json, "short", [("answer", text + "y")])
        #expect(value.contains("… (8193 bytes)"))
        #expect(!value.contains("y\""))
    }

    @Test("Metadata of the logger and of the event are sorted by name; empty values are left out")
    func metadata() async throws {
        let pipe = try TestPipe()
        let writer = LogWriter(descriptor: pipe.writer)
        var logger = Logger(label: "test") { _ in LineLogHandler(level: .info, format: .logfmt, writer: writer) }
        logger[metadataKey: "b"] = "logger"
        logger[metadataKey: "a"] = "logger"
        logger.warning("hello", metadata: ["b": "event", "c": "", "d": "4"])
        logger.debug("not this")
        let text = try await pipe.text { $0.contains("\n") }
        #expect(text.hasSuffix(" level=warning msg=hello a=logger b=event d=4\n"))
        #expect(text.hasPrefix("ts="))
        #expect(!text.contains("not this"))
    }
}
