/// The look of everything that people read: reports and pages.
public enum Stylesheet {
    /// CSS without anything from elsewhere, embedded when the package is built.
    public static let text = String(decoding: PackageResources.style_css, as: UTF8.self)
}
