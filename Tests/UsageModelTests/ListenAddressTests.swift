import Testing
import UsageModel

@Suite("Addresses to listen on")
struct ListenAddressTests {
    @Test(
        "Host and port, a port alone, an IPv6 address in brackets, and a socket's path are read",
        arguments: [
            ("127.0.0.1:9914", ListenAddress.tcp(host: "127.0.0.1", port: 9914)),
            (":9914", .tcp(host: "", port: 9914)), ("[::1]:0", .tcp(host: "::1", port: 0)),
            ("exporter.example:80", .tcp(host: "exporter.example", port: 80)),
            ("unix:/run/x.sock", .unix(path: "/run/x.sock")),
        ])
    func read(text: String, address: ListenAddress) {
        #expect(ListenAddress(text) == address)
        #expect(address.description == text)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "9914", "nowhere", "host:", "host:65536", "host:-1", "::1:9914", "[localhost]:1", "unix:",
            "unix:x.sock",
            "unix:/run/", "unix:/" + String(repeating: "x", count: 107),
        ])
    func wrong(text: String) { #expect(ListenAddress(text) == nil) }

    @Test("A client on the same machine finds each by a URL")
    func url() {
        #expect(ListenAddress(":9914")?.url(isSecure: true) == "https://127.0.0.1:9914")
        #expect(ListenAddress("[::]:9914")?.url(isSecure: false) == "http://[::1]:9914")
        #expect(ListenAddress("unix:/run/x.sock")?.url(isSecure: false) == "http+unix://%2Frun%2Fx.sock")
        #expect(ListenAddress.descriptor(3).url(isSecure: false) == nil)
    }
}
