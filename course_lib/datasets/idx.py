"""IDX, the file format in which MNIST was published.

A file is a header (two zero bytes, a type code, the number of axes, the length of each axis as
big-endian 32-bit integers) followed by the values. MNIST needs one type only: unsigned bytes.
Format: LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
"""

import hashlib
import struct

import numpy as np

_UNSIGNED_BYTE = 0x08


def encode(array):
    """The bytes of the IDX file that holds ``array`` (uint8, any rank)."""
    if array.dtype != np.uint8:
        raise TypeError(f"encode: array must have dtype uint8, got {array.dtype}.")
    header = struct.pack(f">HBB{array.ndim}I", 0, _UNSIGNED_BYTE, array.ndim, *array.shape)
    return header + array.tobytes()


def decode(data):
    """The uint8 array that the bytes of an IDX file hold."""
    if len(data) < 4 or data[:3] != bytes([0, 0, _UNSIGNED_BYTE]):
        raise ValueError("decode: data must be an IDX file of unsigned bytes; its header differs.")
    rank = data[3]
    start = 4 + 4 * rank
    if len(data) < start:
        raise ValueError("decode: data ends within the header of the IDX file.")
    shape = struct.unpack(f">{rank}I", data[4:start])
    values = np.frombuffer(data, np.uint8, offset=start)
    if values.size != np.prod(shape):
        raise ValueError(
            f"decode: data must hold {np.prod(shape)} values for shape {shape}, got {values.size}."
        )
    return values.reshape(shape).copy()


def sha256(array):
    """SHA-256 of the IDX file that holds ``array``, as 64 hexadecimal digits."""
    return hashlib.sha256(encode(array)).hexdigest()
