public import UsageModel

/// Tests make up names; in the program, a name that is put together of outside texts is checked.
extension VendorName: ExpressibleByStringInterpolation {}
