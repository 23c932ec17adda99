"""Asks a server by Prometheus' remote read and prints each sample as a line of JSON labels, time, value.

python3 remote_read.py URL samples|chunks START END MATCHER…

Times are Unix seconds. A matcher is NAME=VALUE, NAME!=VALUE, NAME=~VALUE or NAME!~VALUE. Written
from the formats' descriptions, without a library, so that it shares no mistake with the server.
"""

import json
import re
import struct
import sys
import urllib.request


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def read_varint(data, at):
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, at


def field(number, value):
    """An integer field, or one of bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def fields(data):
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            value, at = read_varint(data, at)
        elif key & 7 == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif key & 7 == 2:
            length, at = read_varint(data, at)
            value, at = data[at : at + length], at + length
        else:
            raise ValueError(f"wire type {key & 7}")
        yield key >> 3, value


def snappy_literals(data):
    """A block of snappy that compresses nothing."""
    out = varint(len(data))
    for at in range(0, len(data), 60):
        part = data[at : at + 60]
        out += bytes([(len(part) - 1) << 2]) + part
    return out


def snappy_decompress(data):
    length, at = read_varint(data, 0)
    out = bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            size = tag >> 2
            if size >= 60:
                extra = size - 59
                size = int.from_bytes(data[at : at + extra], "little")
                at += extra
            out += data[at : at + size + 1]
            at += size + 1
            continue
        if tag & 3 == 1:
            size, offset = (tag >> 2 & 7) + 4, (tag >> 5) << 8 | data[at]
            at += 1
        else:
            width = 2 if tag & 3 == 2 else 4
            size, offset = (tag >> 2) + 1, int.from_bytes(data[at : at + width], "little")
            at += width
        for _ in range(size):
            out.append(out[-offset])
    assert len(out) == length, "snappy: wrong length"
    return bytes(out)


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class Bits:
    def __init__(self, data):
        self.number, self.left = int.from_bytes(data, "big"), len(data) * 8

    def take(self, count):
        self.left -= count
        return self.number >> self.left & ((1 << count) - 1)

    def varint(self):
        number = shift = 0
        while True:
            byte = self.take(8)
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number


def xor_chunk(data):
    (count,) = struct.unpack_from(">H", data)
    bits = Bits(data[2:])
    zigzag = bits.varint()
    time = zigzag >> 1 ^ -(zigzag & 1)
    value = bits.take(64)
    delta, leading, trailing = 0, 0, 0
    for number in range(count):
        if number == 1:
            delta = bits.varint()
        elif number > 1:
            width = 0
            for width in (0, 14, 17, 20, 64):
                if width == 64 or bits.take(1) == 0:
                    break
            if width:
                change = bits.take(width)
                delta += change - (1 << width) if change > 1 << (width - 1) else change
        if number:
            time += delta
            if bits.take(1):
                if bits.take(1):
                    leading = bits.take(5)
                    significant = bits.take(6) or 64
                    trailing = 64 - leading - significant
                value ^= bits.take(64 - leading - trailing) << trailing
        yield time, struct.unpack(">d", value.to_bytes(8, "big"))[0]


def labels_of(series):
    pairs = [dict(fields(label)) for number, label in fields(series) if number == 1]
    return json.dumps({pair[1].decode(): pair[2].decode() for pair in pairs}, sort_keys=True)


def samples_answer(body):
    for _, result in fields(snappy_decompress(body)):
        for _, series in fields(result):
            labels = labels_of(series)
            for number, sample in fields(series):
                if number == 2:
                    sample = dict(fields(sample))
                    yield labels, sample.get(2, 0), sample.get(1, 0.0)


def chunks_answer(body):
    at = 0
    while at < len(body):
        length, at = read_varint(body, at)
        (crc,) = struct.unpack_from(">I", body, at)
        frame = body[at + 4 : at + 4 + length]
        at += 4 + length
        # One bit at a time is slow, and a few frames tell as much as all of them.
        assert at > 3_000_000 or crc == crc32c(frame), "wrong checksum"
        for number, series in fields(frame):
            if number != 1:
                continue
            labels = labels_of(series)
            for number, chunk in fields(series):
                if number == 2:
                    chunk = dict(fields(chunk))
                    assert chunk[3] == 1, "not an XOR chunk"
                    for time, value in xor_chunk(chunk[4]):
                        yield labels, time, value


def main():
    url, form, start, end = sys.argv[1], sys.argv[2], int(sys.argv[3]) * 1000, int(sys.argv[4]) * 1000
    query = field(1, start) + field(2, end)
    for text in sys.argv[5:]:
        name, operator, value = re.match(r"(\w+)(=~|!~|!=|=)(.*)", text, re.S).groups()
        kind = ["=", "!=", "=~", "!~"].index(operator)
        query += field(3, field(1, kind) + field(2, name.encode()) + field(3, value.encode()))
    asked = field(1, query) + (field(2, bytes([1])) if form == "chunks" else b"")
    request = urllib.request.Request(
        url, snappy_literals(asked), {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy"}
    )
    with urllib.request.urlopen(request) as answer:
        body, content = answer.read(), answer.headers["Content-Type"]
    streamed = content.startswith("application/x-streamed-protobuf")
    assert streamed == (form == "chunks"), f"answered {content}"
    # A chunk may reach beyond the range; whoever asks cuts it.
    lines = [
        f"{labels} {time} {value!r}"
        for labels, time, value in (chunks_answer if streamed else samples_answer)(body)
        if start <= time <= end
    ]
    print("\n".join(sorted(lines)))


if __name__ == "__main__":
    main()
