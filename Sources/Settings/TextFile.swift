#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// Reads small files that have to be UTF-8.
enum TextFile {
    /// Why a file cannot be read, as the end of a sentence.
    struct Unreadable: Error {
        var reason: String
    }

    /// The text of the file at `path`.
    static func read(_ path: String) throws(Unreadable) -> String {
        var isDirectory: Bool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw Unreadable(reason: "the file does not exist")
        }
        guard !isDirectory else { throw Unreadable(reason: "it is a directory, not a file") }
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw Unreadable(reason: "the file cannot be read: check its permissions")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Unreadable(reason: "the file is not UTF-8 text")
        }
        return text
    }
}
