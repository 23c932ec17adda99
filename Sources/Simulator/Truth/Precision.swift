/// How finely the vendor states what it measures.
///
/// Every value that Algolia publishes is an integer; decimals are an untidiness that a client has to bear.
enum Precision: Sendable {
    case whole, tenths

    func round(_ value: Double) -> Double {
        switch self {
        case .whole: value.rounded()
        case .tenths: (value * 10).rounded() / 10
        }
    }
}
