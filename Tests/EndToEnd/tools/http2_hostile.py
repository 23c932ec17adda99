"""An HTTP/2 client that breaks the rules, one at a time, and prints what the server does.

    http2_hostile.py HOST PORT AUTHORITY-FILE

Each line is the name of a case and what came of it: `status CODE`, `reset CODE`, `goaway CODE` (the server gave the
connection up), `closed`, or `alive` (nothing happened, and a request on the same connection is answered). Exit status 1
when one is not what it must be, or when the server does not answer a well-behaved client afterwards.

Needs the packages hyperframe and hpack, which are those of h2.
"""

import socket
import ssl
import sys

from hpack import Decoder, Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

host, port, authority_file = sys.argv[1], int(sys.argv[2]), sys.argv[3]
authority = f"{host}:{port}"
CODES = [
    "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED",
    "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
]
MAGIC = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
PING = b"are you?"


class Connection:
    def __init__(self, settings=None, magic=MAGIC):
        context = ssl.create_default_context(cafile=authority_file)
        context.check_hostname = False
        context.set_alpn_protocols(["h2"])
        self.socket = context.wrap_socket(socket.create_connection((host, port)), server_hostname=host)
        assert self.socket.selected_alpn_protocol() == "h2"
        self.socket.settimeout(120)
        self.encoder, self.decoder, self.buffer = Encoder(), Decoder(), b""
        self.events, self.bodies = [], {}
        self.send(magic + SettingsFrame(0, settings=settings or {}).serialize())

    def send(self, *parts):
        data = b"".join(part if isinstance(part, bytes) else part.serialize() for part in parts)
        try:
            self.socket.sendall(data)
        except OSError:
            pass

    def headers(self, stream, fields=(), end=True, method="GET", path="/health", replace=None):
        """HEADERS of a request with these further fields, or with these alone."""
        block = [(":method", method), (":scheme", "https"), (":authority", authority), (":path", path)]
        block = replace if replace is not None else block + list(fields)
        frame = HeadersFrame(stream, data=self.encoder.encode(block), flags=["END_HEADERS"])
        if end:
            frame.flags.add("END_STREAM")
        return frame

    def frames(self):
        """Everything that comes, until the server closes."""
        while True:
            while len(self.buffer) >= 9:
                frame, length = Frame.parse_frame_header(memoryview(self.buffer[:9]))
                if len(self.buffer) < 9 + length:
                    break
                frame.parse_body(memoryview(self.buffer[9 : 9 + length]))
                self.buffer = self.buffer[9 + length :]
                yield frame
            try:
                data = self.socket.recv(65536)
            except ConnectionError:
                data = b""
            except ssl.SSLError:
                data = b""
            if not data:
                return
            self.buffer += data

    def outcome(self, stream=None):
        """What becomes of a stream, or of the connection when a ping is answered first."""
        self.send(PingFrame(0, opaque_data=PING))
        answered = False
        for frame in self.frames():
            if isinstance(frame, GoAwayFrame) and frame.error_code:
                return f"goaway {CODES[frame.error_code]}"
            if isinstance(frame, RstStreamFrame) and frame.stream_id == stream:
                return f"reset {CODES[frame.error_code]}"
            if isinstance(frame, HeadersFrame):
                fields = dict(self.decoder.decode(frame.data))
                if frame.stream_id == stream and fields[":status"] != "100":
                    return f"status {fields[':status']}"
            if isinstance(frame, PingFrame) and frame.opaque_data == PING and "ACK" in frame.flags:
                answered = True
                if stream is None:
                    return "alive"
        return "closed after a ping" if answered else "closed"


def raw(kind, flags, stream, payload):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


cases = []


def case(*expected):
    def add(function):
        cases.append((function.__name__.replace("_", " "), expected, function))
        return function

    return add


GONE = ("goaway", "closed")


def request(*fields, replace=None, **options):
    connection = Connection()
    connection.send(connection.headers(1, fields, replace=replace, **options))
    return connection.outcome(1)


def pseudo(**changes):
    fields = {"method": "GET", "scheme": "https", "authority": authority, "path": "/health"} | changes
    return [(":" + name, value) for name, value in fields.items() if value is not None]


@case("status 200")
def good_request():
    return request()


@case("reset PROTOCOL_ERROR", *GONE)
def uppercase_field():
    return request(replace=pseudo() + [("X-Upper", "1")])


@case("reset PROTOCOL_ERROR", *GONE)
def connection_field():
    return request(("connection", "close"))


@case("reset PROTOCOL_ERROR", *GONE)
def transfer_encoding_field():
    return request(("transfer-encoding", "chunked"))


@case("reset PROTOCOL_ERROR", *GONE)
def upgrade_field():
    return request(("upgrade", "h2c"))


@case("reset PROTOCOL_ERROR", *GONE)
def te_of_another_value():
    return request(("te", "gzip"))


@case("status 200")
def te_trailers():
    return request(("te", "trailers"))


@case("reset PROTOCOL_ERROR", *GONE)
def no_path():
    return request(replace=pseudo(path=None))


@case("reset PROTOCOL_ERROR", *GONE)
def empty_path():
    return request(replace=pseudo(path=""))


@case("reset PROTOCOL_ERROR", *GONE)
def no_method():
    return request(replace=pseudo(method=None))


@case("reset PROTOCOL_ERROR", *GONE)
def no_scheme():
    return request(replace=pseudo(scheme=None))


@case("reset PROTOCOL_ERROR", *GONE)
def path_twice():
    return request(replace=pseudo() + [(":path", "/metrics")])


@case("reset PROTOCOL_ERROR", *GONE)
def unknown_pseudo_field():
    return request(replace=pseudo() + [(":secret", "1")])


@case("reset PROTOCOL_ERROR", *GONE)
def status_of_a_request():
    return request(replace=pseudo() + [(":status", "200")])


@case("reset PROTOCOL_ERROR", *GONE)
def pseudo_field_after_others():
    return request(replace=[("x-first", "1")] + pseudo())


@case("reset PROTOCOL_ERROR", *GONE)
def extended_connect():
    return request(replace=pseudo(method="CONNECT", protocol="websocket"))


@case("status 400", "reset PROTOCOL_ERROR")
def connect():
    return request(replace=pseudo(method="CONNECT", scheme=None, path=None))


@case("reset PROTOCOL_ERROR", *GONE)
def method_that_is_none():
    return request(method="GET /")


@case("status 400")
def path_without_a_slash():
    return request(path="health")


@case("status 204")
def options_of_the_server():
    return request(method="OPTIONS", path="*")


@case("status 400")
def asterisk_with_another_method():
    return request(path="*")


@case("status 400")
def no_authority():
    return request(replace=pseudo(authority=None))


@case("status 200")
def host_alone():
    return request(replace=pseudo(authority=None) + [("host", authority)])


@case("status 400")
def host_and_authority_differ():
    return request(("host", "other.example"))


@case("status 400")
def two_hosts():
    return request(("host", authority), ("host", authority))


@case("status 400")
def user_in_the_authority():
    return request(replace=pseudo(authority="user@" + authority))


@case("status 421")
def host_of_somebody_else():
    return request(replace=pseudo(authority="evil.example"))


@case("status 417")
def another_expectation():
    return request(("expect", "miracles"))


@case("reset PROTOCOL_ERROR", *GONE)
def line_end_in_a_field():
    return request(("x-smuggled", "1\r\nhost: evil.example"))


@case("reset PROTOCOL_ERROR", *GONE)
def length_that_is_no_number():
    return request(("content-length", "many"), method="POST")


@case("reset PROTOCOL_ERROR", *GONE)
def two_lengths():
    return request(("content-length", "1"), ("content-length", "2"), method="POST")


@case("reset PROTOCOL_ERROR", *GONE)
def body_longer_than_its_length():
    connection = Connection()
    connection.send(
        connection.headers(1, [("content-length", "2")], end=False, method="POST", path="/api/v1/read"),
        DataFrame(1, data=b"xxxx", flags=["END_STREAM"]),
    )
    return connection.outcome(1)


@case("reset PROTOCOL_ERROR", *GONE)
def body_shorter_than_its_length():
    connection = Connection()
    connection.send(
        connection.headers(1, [("content-length", "9")], end=False, method="POST", path="/api/v1/read"),
        DataFrame(1, data=b"xxxx", flags=["END_STREAM"]),
    )
    return connection.outcome(1)


@case("status 400")
def padding():
    connection = Connection()
    connection.send(connection.headers(1, end=False, method="POST", path="/api/v1/read"))
    for _ in range(100):
        connection.send(DataFrame(1, data=b"x", pad_length=200, flags=["PADDED"]))
    connection.send(DataFrame(1, flags=["END_STREAM"]))
    return connection.outcome(1)


@case(*GONE)
def padding_longer_than_the_frame():
    connection = Connection()
    connection.send(connection.headers(1, end=False, method="POST"), raw(0, 0x8, 1, b"\xffxx"))
    return connection.outcome(1)


@case("status 400")
def trailers():
    connection = Connection()
    connection.send(
        connection.headers(1, end=False, method="POST", path="/api/v1/read"),
        DataFrame(1, data=b"xxxx"),
        connection.headers(1, replace=[("x-trailer", "1")]),
    )
    return connection.outcome(1)


@case("reset PROTOCOL_ERROR", *GONE)
def pseudo_field_in_trailers():
    connection = Connection()
    connection.send(
        connection.headers(1, end=False, method="POST", path="/api/v1/read"),
        connection.headers(1, replace=[(":path", "/metrics")]),
    )
    return connection.outcome(1)


@case("reset", *GONE)
def trailers_without_an_end():
    connection = Connection()
    connection.send(connection.headers(1, end=False, method="POST", path="/api/v1/read"))
    for _ in range(3):
        connection.send(connection.headers(1, replace=[("x-trailer", "1")], end=False))
    return connection.outcome(1)


@case("reset", "status", *GONE)
def a_second_head():
    connection = Connection()
    connection.send(connection.headers(1), connection.headers(1))
    return connection.outcome(1)


@case(*GONE)
def even_stream():
    connection = Connection()
    connection.send(connection.headers(2))
    return connection.outcome(2)


@case(*GONE)
def stream_that_goes_back():
    connection = Connection()
    connection.send(connection.headers(5), connection.headers(3))
    return connection.outcome(3)


@case(*GONE)
def data_of_an_unopened_stream():
    connection = Connection()
    connection.send(DataFrame(1, data=b"x"))
    return connection.outcome(1)


@case(*GONE)
def no_preface():
    connection = Connection(magic=b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return connection.outcome()


@case(*GONE)
def frame_that_is_too_large():
    connection = Connection()
    connection.send(raw(0, 0, 1, b"x" * 16385))
    return connection.outcome()


@case("alive")
def frames_of_unknown_kinds():
    connection = Connection()
    for _ in range(1000):
        connection.send(raw(0x42, 0, 0, b"x" * 100))
    return connection.outcome()


@case(*GONE)
def head_that_is_too_large():
    return request(*[(f"x-{i}", "y" * 1000) for i in range(20)])


@case(*GONE)
def compression_bomb():
    connection = Connection()
    connection.encoder.header_table_size = 4096
    fields = [("x-bomb", "y" * 4000)]
    connection.send(connection.headers(1, fields), connection.headers(3, fields * 3000))
    return connection.outcome(3)


@case(*GONE)
def head_without_an_end():
    connection = Connection()
    connection.send(HeadersFrame(1, data=connection.encoder.encode(pseudo()), flags=["END_STREAM"]))
    for _ in range(100):
        connection.send(ContinuationFrame(1, data=connection.encoder.encode([("x", "y")])))
    return connection.outcome(1)


@case(*GONE)
def empty_continuations():
    connection = Connection()
    connection.send(HeadersFrame(1, data=connection.encoder.encode(pseudo()), flags=["END_STREAM"]))
    for _ in range(1000):
        connection.send(ContinuationFrame(1))
    return connection.outcome(1)


@case(*GONE)
def another_frame_within_a_head():
    connection = Connection()
    connection.send(
        HeadersFrame(1, data=connection.encoder.encode(pseudo()), flags=["END_STREAM"]), PingFrame(0, opaque_data=PING)
    )
    return connection.outcome(1)


@case("goaway ENHANCE_YOUR_CALM", "closed")
def rapid_reset():
    connection = Connection()
    for stream in range(1, 2001, 2):
        connection.send(connection.headers(stream, path="/metrics"), RstStreamFrame(stream, error_code=8))
    return connection.outcome()


# Those that are worked on at the same time are few, whoever resets them.
@case("alive", *GONE)
def resets_that_the_server_is_made_to_send():
    connection = Connection()
    for stream in range(1, 2001, 2):
        connection.send(connection.headers(stream, path="/metrics"), WindowUpdateFrame(stream, window_increment=0x7FFFFFFF))
    return connection.outcome()


@case("goaway ENHANCE_YOUR_CALM", "closed")
def pings():
    connection = Connection()
    for _ in range(1000):
        connection.send(PingFrame(0, opaque_data=b"........"))
    return connection.outcome()


@case("goaway ENHANCE_YOUR_CALM", "closed")
def settings():
    connection = Connection()
    for size in range(1000):
        connection.send(SettingsFrame(0, settings={4: size}))
    return connection.outcome()


@case("goaway ENHANCE_YOUR_CALM", "closed")
def priorities():
    connection = Connection()
    for stream in range(1, 2001, 2):
        connection.send(PriorityFrame(stream, depends_on=0, stream_weight=1))
    return connection.outcome()


@case("goaway ENHANCE_YOUR_CALM", "closed")
def empty_data():
    connection = Connection()
    connection.send(connection.headers(1, end=False, method="POST", path="/api/v1/read"))
    for _ in range(1000):
        connection.send(DataFrame(1))
    return connection.outcome()


@case("reset REFUSED_STREAM", *GONE)
def more_streams_than_allowed():
    connection = Connection(settings={4: 0})
    for stream in range(1, 2 * 150, 2):
        connection.send(connection.headers(stream, path="/metrics"))
    return connection.outcome(299)


@case(*GONE)
def window_that_overflows():
    connection = Connection()
    connection.send(WindowUpdateFrame(0, window_increment=0x7FFFFFFF))
    return connection.outcome()


@case(*GONE)
def window_update_of_nothing():
    connection = Connection()
    connection.send(raw(8, 0, 0, b"\0\0\0\0"))
    return connection.outcome()


@case("status 413", "reset", *GONE)
def more_data_than_the_window():
    connection = Connection()
    head = connection.headers(1, end=False, method="POST", path="/api/v1/read")
    connection.send(head, *[DataFrame(1, data=b"x" * 16384) for _ in range(200)])
    return connection.outcome(1)


@case("status 200")
def table_of_the_largest_size():
    connection = Connection(settings={1: 0xFFFFFFFF})
    connection.decoder.max_allowed_table_size = 0xFFFFFFFF
    for stream in range(1, 41, 2):
        connection.send(connection.headers(stream))
        outcome = connection.outcome(stream)
    if connection.decoder.header_table._current_size > 4096:
        return "fields are kept without a limit"
    return outcome


@case("reset NO_ERROR")
def answer_before_the_end_of_the_request():
    connection = Connection()
    connection.send(connection.headers(1, end=False, method="POST", path="/health"))
    status = connection.outcome(1)
    if status != "status 405":
        return status
    return connection.outcome(1)


failed = False
for name, expected, function in cases:
    try:
        outcome = function()
    except Exception as error:
        outcome = f"{type(error).__name__}: {error}"
    wrong = not any(outcome == one or outcome.startswith(one + " ") for one in expected)
    failed |= wrong
    print(f"{'WRONG ' if wrong else ''}{name}: {outcome}{' instead of ' + ' or '.join(expected) if wrong else ''}", flush=True)
if request() != "status 200":
    sys.exit("the server does not answer any more")
print(f"{len(cases)} cases")
sys.exit(failed)
