#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// Runs what may recurse deeply, such as letting go of a deep tree.
enum LargeStack {
    /// Bytes; the system gives only what is used.
    private static let size = 64 << 20

    private final class Call {
        let body: () -> Void

        init(_ body: @escaping () -> Void) { self.body = body }
    }

    /// Returns the result of `body` on a thread with a large stack; nil when there can be no such thread.
    static func run<Value>(_ body: @escaping () -> Value) -> Value? {
        var result: Value?
        let call = Unmanaged.passRetained(Call { result = body() })
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        pthread_attr_init(attributes)
        defer {
            pthread_attr_destroy(attributes)
            attributes.deallocate()
        }
        pthread_attr_setstacksize(attributes, size)
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let status = pthread_create(
            &thread, attributes,
            { call in
                #if canImport(Darwin)
                    let call: UnsafeMutableRawPointer? = call
                #endif
                if let call { Unmanaged<Call>.fromOpaque(call).takeRetainedValue().body() }
                return nil
            }, call.toOpaque())
        guard status == 0 else {
            call.release()
            return nil
        }
        #if canImport(Darwin)
            if let thread { pthread_join(thread, nil) }
        #else
            pthread_join(thread, nil)
        #endif
        return result
    }
}
