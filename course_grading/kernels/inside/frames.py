"""Messages between the grader and a kernel: four bytes of length, then JSON.

Both ends use this module. The grader reads frames from code it does not trust, so a reader has a
limit on the size of a frame and nothing but JSON is ever decoded.
"""

import json
import struct
from json import dumps  # by name: a kernel's notebook may replace json.dumps

_LENGTH = struct.Struct(">I")


class BadFrame(ValueError):
    """The other end sent something that is no frame: too long, or no JSON."""


def encode(message):
    """The bytes of one frame."""
    body = dumps(message).encode("utf-8", "surrogatepass")
    return _LENGTH.pack(len(body)) + body


def send(sock, message):
    """Write one frame, waiting until the other end has taken it."""
    sock.sendall(encode(message))


class Reader:
    """Cuts a stream of bytes into frames."""

    def __init__(self, limit):
        self.limit = limit
        self.received = 0
        self._pieces = bytearray()

    def feed(self, data):
        """Take in bytes; returns the list of messages they complete. Raises `BadFrame`."""
        self.received += len(data)
        self._pieces += data
        messages = []
        while len(self._pieces) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._pieces)
            if length > self.limit:
                raise BadFrame(f"a message of {length} bytes; the limit is {self.limit}")
            end = _LENGTH.size + length
            if len(self._pieces) < end:
                break
            messages.append(_decode(bytes(self._pieces[_LENGTH.size : end])))
            del self._pieces[:end]
        return messages


def _decode(body):
    try:
        text = body.decode("utf-8", "replace")
        message = json.loads(text)
        if "\\ud" in text or "\\uD" in text:  # perhaps half a character, which no file can hold
            whole = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
            message = json.loads(whole)
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"no JSON: {type(error).__name__}") from None
    if not isinstance(message, dict):
        raise BadFrame("a message must be a JSON object")
    return message


def receive(sock, limit):
    """The next frame of a blocking socket, or None at the end of the stream."""
    head = _exactly(sock, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > limit:
        raise BadFrame(f"a message of {length} bytes; the limit is {limit}")
    body = _exactly(sock, length)
    return None if body is None else _decode(body)


def _exactly(sock, count):
    pieces = bytearray()
    while len(pieces) < count:
        data = sock.recv(min(count - len(pieces), 1 << 20))
        if not data:
            return None
        pieces += data
    return bytes(pieces)
