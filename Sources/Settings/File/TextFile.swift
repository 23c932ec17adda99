internal import Transport

/// Reads small files that have to be UTF-8.
enum TextFile {
    /// The most bytes of a file that people write by hand.
    static let longest = 1 << 20

    /// The text of the file at `path`.
    static func read(_ path: String) throws(SmallFile.Unreadable) -> String {
        let bytes = try SmallFile.read(path, atMost: longest)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SmallFile.Unreadable(reason: "the file is not UTF-8 text")
        }
        return text
    }
}
