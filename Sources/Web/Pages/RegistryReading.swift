internal import Exposition
internal import UsageModel

/// What the exporter counts about itself, read back from its own exposition.
struct RegistryReading: Sendable {
    struct Sample: Sendable {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    private let samples: [Sample]

    init(_ exporter: Exporter) {
        var writer = ExpositionWriter(.text)
        exporter.registry.write(to: &writer)
        exporter.process.write(to: &writer)
        samples = String(decoding: writer.bytes, as: UTF8.self).split(separator: "\n").compactMap(Self.sample)
    }

    /// Every sample of one family.
    func all(_ name: String) -> [Sample] { samples.filter { $0.name == name } }

    /// The value of the one sample that has these labels.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        samples.first { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }?.value
    }

    /// `name{label="value",…} 12`, as the exporter writes it; nil for a comment.
    private static func sample(_ line: Substring) -> Sample? {
        guard line.first != "#", let space = line.lastIndex(of: " "),
            let value = Double(line[line.index(after: space)...])
        else { return nil }
        let series = line[..<space]
        guard let brace = series.firstIndex(of: "{") else {
            return Sample(name: String(series), labels: [:], value: value)
        }
        return Sample(
            name: String(series[..<brace]), labels: labels(series[series.index(after: brace)...].dropLast()),
            value: value)
    }

    private static func labels(_ text: Substring) -> [String: String] {
        var labels: [String: String] = [:]
        var scalars = text.unicodeScalars[...]
        while let equals = scalars.firstIndex(of: "=") {
            let name = String(scalars[..<equals])
            scalars = scalars[equals...].dropFirst(2)
            var value = String.UnicodeScalarView()
            while let scalar = scalars.popFirst(), scalar != "\"" {
                guard scalar == "\\" else {
                    value.append(scalar)
                    continue
                }
                let escaped = scalars.popFirst() ?? "\\"
                value.append(escaped == "n" ? "\n" : escaped)
            }
            labels[name] = String(value)
            // The comma before the next label.
            scalars = scalars.dropFirst()
        }
        return labels
    }
}
