import ArgumentParser
import Foundation
import Testing

@testable import AlgoliaExporter

@Suite("Sockets of systemd")
struct SystemdSocketTests {
    @Test(
        "Each mistake of the start is one line that says what to change",
        arguments: [
            ([:], "are not set"), (["LISTEN_PID": "77"], "are not set"), (["LISTEN_FDS": "1"], "are not set"),
            (["LISTEN_PID": "76", "LISTEN_FDS": "1"], "LISTEN_PID is '76', but this process is 77"),
            (["LISTEN_PID": "77", "LISTEN_FDS": "0"], "LISTEN_FDS is '0'; expected 1 to 64"),
            (["LISTEN_PID": "77", "LISTEN_FDS": "many"], "LISTEN_FDS is 'many'"),
            (["LISTEN_PID": "77", "LISTEN_FDS": "1000"], "LISTEN_FDS is '1000'"),
        ])
    func wrong(environment: [String: String], message: String) {
        let error = #expect(throws: CommandError.self) { try SystemdSockets.addresses(environment, process: 77) }
        #expect(error?.description.hasPrefix("--web.systemd-socket: ") == true)
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }

    @Test("The flag excludes --web.listen-address, and an address is not listed twice")
    func exclusive() {
        let socket = #expect(throws: (any Error).self) {
            try AlgoliaExporter.parseAsRoot(["serve", "--web.systemd-socket", "--web.listen-address=:9914"])
        }
        #expect(socket.map { AlgoliaExporter.message(for: $0) }?.contains("exclude each other") == true)
        let twice = #expect(throws: (any Error).self) {
            try AlgoliaExporter.parseAsRoot(["serve", "--web.listen-address=:9914", "--web.listen-address=:9914"])
        }
        #expect(twice.map { AlgoliaExporter.message(for: $0) }?.contains("listed twice") == true)
    }
}
