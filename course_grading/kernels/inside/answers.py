"""Answers as plain JSON: how a kernel writes them and how the grader reads them.

A probe calls ``emit(name=value)`` in the student's kernel. What crosses to the grader is JSON, with
arrays as the bytes of a .npy file: no pickle, no code, no object of the student's classes. The
reader trusts nothing: it checks types, sizes and depth, and raises `BadAnswer`.
"""

import base64
import io
import math
from base64 import b64encode

ARRAY_KINDS = "biuf"  # booleans, integers, floats
MOST_DIMENSIONS = 8
MOST_ENTRIES = 100_000  # of all lists of one answer together
DEEPEST = 8
LONGEST_TEXT = 100_000
LARGEST_ARRAY = 2_900_000  # bytes; with a third more for base64 below what `read_all` reads


class BadAnswer(ValueError):
    """The answer cannot be read; the text says why, for the student."""


def write(value, depth=0):
    """The value as JSON. A value of another type becomes its type's name."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return {"int": int.__repr__(value)} if value.bit_length() < 10_000 else {"int": "0"}
    if isinstance(value, float):
        return {"float": float.__repr__(value)}
    if isinstance(value, str):
        return str.__str__(value)[: LONGEST_TEXT + 1]
    if isinstance(value, list | tuple) and len(value) > MOST_ENTRIES:
        return {"other": f"list of {len(value):,} entries"}
    if depth < DEEPEST and isinstance(value, list | tuple):
        kind = "tuple" if isinstance(value, tuple) else "list"
        return {kind: [write(entry, depth + 1) for entry in value]}
    if depth < DEEPEST and isinstance(value, dict):
        return {"dict": [[str(key), write(entry, depth + 1)] for key, entry in value.items()]}
    if hasattr(value, "__array__") or hasattr(value, "dtype"):
        return _write_array(value)
    return {"other": type(value).__name__[:100]}


def _write_array(value):
    import numpy as np

    array = np.asarray(value)
    if array.dtype.kind not in ARRAY_KINDS:
        return {"other": f"array of {array.dtype}"[:100]}
    if array.ndim == 0:
        return write(array.item())
    if array.nbytes > LARGEST_ARRAY:
        return {"other": f"array of {array.size:,} numbers"}
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    return {"npy": b64encode(buffer.getvalue()).decode("ascii")}


def is_bounded(message):
    """Whether an answer has few enough parts to be kept until it is read."""
    left, waiting = 4 * MOST_ENTRIES, [message]
    while waiting and left > 0:
        part = waiting.pop()
        parts = part.values() if isinstance(part, dict) else part
        if isinstance(part, dict | list):
            left -= len(part)
            if left > 0:
                waiting.extend(parts)
    return left > 0


class Answers:
    """Reads the answers of one question within a budget of bytes and entries."""

    def __init__(self, most_bytes=4_000_000):
        self._bytes = most_bytes
        self._entries = MOST_ENTRIES

    def read(self, message):
        """Plain Python values and NumPy arrays from what `write` wrote, or `BadAnswer`."""
        return self._read(message, 0)

    def _read(self, value, depth):
        self._entries -= 1
        if self._entries < 0:
            raise BadAnswer("the answer has too many entries")
        if depth > DEEPEST:
            raise BadAnswer("the answer is nested too deeply")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self._text(value)
        if not isinstance(value, dict) or len(value) != 1:
            raise BadAnswer("the answer could not be read")
        ((kind, content),) = value.items()
        reader = getattr(self, f"_read_{kind}", None) if kind in _KINDS else None
        if reader is None:
            raise BadAnswer("the answer could not be read")
        return reader(content, depth + 1)

    def _text(self, value):
        self._bytes -= len(value)
        if len(value) > LONGEST_TEXT or self._bytes < 0:
            raise BadAnswer("the answer is too long")
        return value

    def _read_int(self, content, depth):
        if not isinstance(content, str) or len(content) > 4000:
            raise BadAnswer("the number is too long")
        try:
            return int(content)
        except ValueError:
            raise BadAnswer("the number could not be read") from None

    def _read_float(self, content, depth):
        if not isinstance(content, str) or len(content) > 100:
            raise BadAnswer("the number is too long")
        try:
            return float(content)
        except ValueError:
            raise BadAnswer("the number could not be read") from None

    def _read_list(self, content, depth):
        if not isinstance(content, list):
            raise BadAnswer("the answer could not be read")
        return [self._read(entry, depth) for entry in content]

    def _read_tuple(self, content, depth):
        return tuple(self._read_list(content, depth))

    def _read_dict(self, content, depth):
        pairs = content if isinstance(content, list) else None
        if pairs is None or not all(isinstance(p, list) and len(p) == 2 for p in pairs):
            raise BadAnswer("the answer could not be read")
        return {self._text(str(key)[:200]): self._read(entry, depth) for key, entry in pairs}

    def _read_other(self, content, depth):
        raise BadAnswer(f"the answer is of type {str(content)[:100]}, which cannot be graded")

    def _read_npy(self, content, depth):
        if not isinstance(content, str):
            raise BadAnswer("the array could not be read")
        self._bytes -= len(content)
        if self._bytes < 0:
            raise BadAnswer("the array is too large")
        try:
            data = base64.b64decode(content, validate=True)
            return _load_array(data)
        except BadAnswer:
            raise
        except Exception:
            raise BadAnswer("the array could not be read") from None


_KINDS = ("int", "float", "list", "tuple", "dict", "other", "npy")


def _load_array(data):
    """A .npy file as an array; the header must promise no more than the bytes hold."""
    import numpy as np

    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read_header is None:
        raise BadAnswer("the array could not be read")
    shape, _, dtype = read_header(stream)
    if dtype.kind not in ARRAY_KINDS or dtype.hasobject or dtype.names:
        raise BadAnswer(f"an array of {dtype} cannot be graded")
    if len(shape) > MOST_DIMENSIONS or any(size < 0 for size in shape):
        raise BadAnswer("the array has too many axes")
    if math.prod(shape) * dtype.itemsize != len(data) - stream.tell():
        raise BadAnswer("the array could not be read")
    stream.seek(0)
    array = np.load(stream, allow_pickle=False)
    return np.array(array.astype(array.dtype.newbyteorder("=")))


def read_all(message, most_bytes=4_000_000):
    """The dict of names and values that a probe emitted."""
    if not isinstance(message, dict) or len(message) > 1000:
        raise BadAnswer("the answer could not be read")
    reader = Answers(most_bytes)
    return {str(name)[:200]: reader.read(value) for name, value in message.items()}


__all__ = ["Answers", "BadAnswer", "is_bounded", "read_all", "write"]
