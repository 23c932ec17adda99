import Testing
import UsageModel

@Suite("Numbers of JSON documents")
struct JSONBytesTests {
    @Test("Integers are written as Swift describes them, of every number of digits")
    func integers() {
        var numbers = Array(-1100...1100 as ClosedRange<Int64>) + [.min, .min + 1, .max - 1, .max]
        var power: Int64 = 1
        for _ in 0..<18 {
            power *= 10
            numbers += [power - 1, power, power + 1, -power + 1, -power, -power - 1]
        }
        for number in numbers {
            var json = JSONBytes()
            json.write(atMost: 20) { JSONBytes.write(number, to: $0) }
            #expect(String(decoding: json.bytes, as: UTF8.self) == number.description)
        }
    }

    @Test("Points are pairs of milliseconds and a value")
    func pairs() {
        var json = JSONBytes()
        json.pairs([
            Point(time: 1_784_073_600, value: .integer(7)), Point(time: 0, value: .real(0.5)),
            Point(time: -3600, value: .real(.infinity)),
        ])
        #expect(String(decoding: json.bytes, as: UTF8.self) == "[1784073600000,7],[0,0.5],[-3600000,null]")
        json.pairs([])
        #expect(json.bytes.count == 41)
    }
}
