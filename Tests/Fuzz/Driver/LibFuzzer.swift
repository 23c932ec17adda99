import Dispatch
import Foundation
import Synchronization

// What libFuzzer's `main` calls. The environment variable FUZZ_TARGET names the target.

private let target: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
    guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
        fatalError("FUZZ_TARGET: expected one of \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
    }
    return target
}()

/// Ends the process when an input has a wrong result or takes more than a second of processor time. libFuzzer's own
/// `-timeout` counts time on the wall, of which a process with a low priority may get little.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // Not worth keeping.
    guard count <= target.longest else { return -1 }
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let begin = clock()
    do {
        switch target.call {
        case .plain(let call): try call(bytes)
        case .suspending(let call): try wait { try await call(bytes) }
        }
    } catch {
        fatalError("\(target.name): \(error)")
    }
    let seconds = Double(clock() - begin) / Double(CLOCKS_PER_SEC)
    guard seconds <= 1 else { fatalError("\(target.name): \(seconds) s") }
    return 0
}

/// Waits for `body`, on the one thread that libFuzzer has.
private func wait(_ body: @escaping @Sendable () async throws -> Void) throws {
    let outcome = Outcome()
    let end = DispatchSemaphore(value: 0)
    Task.detached {
        do {
            try await body()
        } catch {
            outcome.error.withLock { $0 = error }
        }
        end.signal()
    }
    end.wait()
    if let error = outcome.error.withLock({ $0 }) { throw error }
}

private final class Outcome: Sendable {
    let error = Mutex<(any Error)?>(nil)
}
