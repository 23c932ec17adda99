import UsageModel

/// Numbers that careless code changes.
let extremes: [PointValue] = [
    .integer(0), .integer(-1), .integer(.max), .integer(.min), .integer(9_007_199_254_740_993), .real(0.1),
    .real(1e300), .real(-2.5e-7), .real(.leastNonzeroMagnitude), .real(123456.789),
]

/// Names that need care in a URL, JSON or CSV.
let awkwardNames = [
    "products", "shop/eu", "100%", "100%25", "a+b", "a b", "a&b=c", "say \"x\"", "back\\slash", "line\nbreak",
    "cr\r\nlf", "one,two;three", "tab\there", "🛒 cart", "商品", "é", "e\u{301}", "accent\"\u{301}", "#?", "../up", "null",
    "\u{1}",
]
