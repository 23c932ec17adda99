import Foundation
import TestSupport
import Testing
import Web

@Suite("Passwords")
struct PasswordTests {
    /// bcrypt of `s3cret`, cost 4.
    private let cheap = "$2b$04$jGUuHv5EPXUSk3i3Q2zDIubfTPgK4g34kCCkM2X0WLj9.ZN2fo15q"
    /// A hash of cost 12 whose password nobody knows.
    private let costly = "$2b$12$jGUuHv5EPXUSk3i3Q2zDIubfTPgK4g34kCCkM2X0WLj9.ZN2fo15q"

    private func header(_ text: String) -> String { "Basic \(Data(text.utf8).base64EncodedString())" }

    // Fault (Clients): Guessing of user names by time
    // Done: the work of a check for every cost of hashes
    // Seen: the same for every user, known or not
    // Lost: nothing
    @Test("Every user costs as much work as the costliest hash, known or not")
    func padding() {
        for highest in 4...14 {
            for cost in (4...highest).map(Optional.some) + [nil] {
                let own = cost.map { 1 << $0 } ?? 0
                let all = Passwords.padding(cost, highest: highest).reduce(own) { $0 + 1 << $1 }
                #expect(all == 1 << highest)
            }
        }
    }

    @Test("A right password is right, also while wrong ones of others are refused")
    func limit() async {
        let clock = VirtualClock(0)
        let passwords = Passwords(["alice": cheap], clock: clock)
        for number in 1...Passwords.mostFailures {
            let verdict = await passwords.check(header("alice:\(number)"), from: "192.0.2.1")
            #expect(verdict == .wrong(isFirst: number == 1, isLast: number == Passwords.mostFailures))
        }
        #expect(await passwords.check(header("alice:x"), from: "192.0.2.1") == .tooMany)
        clock.advance(by: 59)
        #expect(await passwords.check(header("alice:s3cret"), from: "192.0.2.1") == .tooMany)
        #expect(await passwords.check(header("alice:s3cret"), from: "192.0.2.2") == .right)
        // Known from now on, wherever it comes from.
        #expect(await passwords.check(header("alice:s3cret"), from: "192.0.2.1") == .right)
        // A minute after the first the count begins anew.
        clock.advance(by: 1)
        #expect(await passwords.check(header("alice:x"), from: "192.0.2.1") == .wrong(isFirst: true, isLast: false))
    }

    // Fault (Clients): A flood of wrong passwords
    // Done: 100 at once from 100 addresses
    // Seen: a bounded number waits for a check; the others are refused at once
    // Lost: nothing
    @Test("Only so many requests wait for a check; the same header is checked once")
    func queue() async {
        let passwords = Passwords(["alice": costly])
        let verdicts = await withTaskGroup(of: Passwords.Verdict.self) { group in
            for number in 0..<100 {
                group.addTask { await passwords.check(header("alice:\(number)"), from: "192.0.2.\(number)") }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(verdicts.count { $0 == .busy } >= 100 - 2 * Passwords.longestQueue)
        let same = await withTaskGroup(of: Passwords.Verdict.self) { group in
            for number in 0..<100 {
                group.addTask { await passwords.check(header("alice:same"), from: "198.51.100.\(number)") }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(!same.contains(.busy))
    }
}
