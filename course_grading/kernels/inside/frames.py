"""Messages between the grader and a kernel.

What the grader sends, and what the fork server answers, is four bytes of length and JSON
(`send`, `receive`). What a kernel sends is written by code that nobody trusts: four bytes of
length, one that says what it is, and a body that the grader moves and does not read
(`tell`, `Reader`). Only a child with limits decodes such a body: see `pipeline.read_outcomes`.
"""

import json
import struct
from json import dumps  # by name: a kernel's notebook may replace json.dumps

# what a message of a kernel is
READY, FAILED = b"r", b"f"  # "failed" with why, as text
PID, DONE = b"p", b"d"  # with `PID_BODY`, `DONE_BODY`
HERE, MEMORY = b"h", b"m"  # of the keeper: it is there; it ends the kernel for its memory
SHOWN, ANSWER = b"s", b"a"  # JSON: an output or a wish to clear them; what a probe emitted
EMPTY = b"e"  # as `ANSWER`, of a probe that found nothing, or None alone

PID_BODY = struct.Struct(">I")
DONE_BODY = struct.Struct(">I??")  # which request, whether it succeeded, whether interrupted
_LENGTH = struct.Struct(">I")


class BadFrame(ValueError):
    """The other end sent something that is no message: too long, or no JSON."""


def encode(message):
    """A message as JSON in bytes."""
    return dumps(message).encode("utf-8", "surrogatepass")


def decode(body):
    """The JSON object in these bytes; half characters, which no file can hold, as "?"."""
    try:
        text = body.decode("utf-8", "replace")
        message = json.loads(text)
        if "\\ud" in text or "\\uD" in text:
            whole = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
            message = json.loads(whole)
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"no JSON: {type(error).__name__}") from None
    if not isinstance(message, dict):
        raise BadFrame("a message must be a JSON object")
    return message


# ---------------------------------------------------------------------------- from a kernel


def tell(sock, kind, body=b""):
    """Write one message of a kernel, waiting until the grader has taken it."""
    sock.sendall(_LENGTH.pack(len(body)) + kind + body)


class Reader:
    """Cuts the stream of a kernel into messages of at most ``limit`` bytes each."""

    def __init__(self, limit):
        self.limit = limit
        self.received = 0  # bytes
        self._waiting = bytearray()

    def feed(self, data):
        """Take in bytes; returns [(kind, body)] of what they complete. Raises `BadFrame`."""
        self.received += len(data)
        self._waiting += data
        messages, begin, most = [], 0, len(self._waiting)
        while most - begin > _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._waiting, begin)
            if length > self.limit:
                raise BadFrame(f"a message of {length} bytes; the limit is {self.limit}")
            body = begin + _LENGTH.size + 1
            if body + length > most:
                break
            kind = bytes(self._waiting[body - 1 : body])
            messages.append((kind, bytes(self._waiting[body : body + length])))
            begin = body + length
        del self._waiting[:begin]
        return messages


# ---------------------------------------------------------------------------- from the grader


def send(sock, message):
    """Write one message as JSON, waiting until the other end has taken it."""
    body = encode(message)
    sock.sendall(_LENGTH.pack(len(body)) + body)


def receive(sock, limit):
    """The next message as JSON of a blocking socket, or None at the end of the stream."""
    head = _exactly(sock, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > limit:
        raise BadFrame(f"a message of {length} bytes; the limit is {limit}")
    body = _exactly(sock, length)
    return None if body is None else decode(body)


def _exactly(sock, count):
    pieces = bytearray()
    while len(pieces) < count:
        data = sock.recv(min(count - len(pieces), 1 << 20))
        if not data:
            return None
        pieces += data
    return bytes(pieces)
