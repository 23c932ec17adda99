/// The look of everything that people read: reports and pages.
public enum Stylesheet {
    /// CSS without anything from elsewhere, embedded when the package is built.
    public static let text = String(decoding: PackageResources.style_css, as: UTF8.self)
}

/// The script of the pages; reports have none.
public enum PageScript {
    /// A JavaScript module without anything from elsewhere, embedded when the package is built.
    public static let text = String(decoding: PackageResources.pages_js, as: UTF8.self)
}

/// The classes of a layer's colour. The stylesheet has eight, each with its own dash pattern, so that lines
/// differ in black and white too.
enum SeriesColor {
    static let count = 8

    /// `c1` to `c8`; other numbers start over.
    static func colorClass(_ number: Int) -> String { "c\(place(number) + 1)" }

    /// `d1` (solid) to `d8`.
    static func dashClass(_ number: Int) -> String { "d\(place(number) + 1)" }

    private static func place(_ number: Int) -> Int {
        let remainder = (number - 1) % count
        return remainder < 0 ? remainder + count : remainder
    }
}
