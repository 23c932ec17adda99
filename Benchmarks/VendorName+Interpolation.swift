public import UsageModel

/// Names of series that are made up.
extension VendorName: ExpressibleByStringInterpolation {}
