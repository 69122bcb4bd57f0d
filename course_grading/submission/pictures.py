"""Whether a picture is one: its kind, its bytes and, as a browser would unfold it, its pixels."""

import base64
import binascii
import struct

LIMIT = 1_500_000  # characters of base64
MOST_PIXELS = 25_000_000

_BEGIN = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
MIMES = tuple(_BEGIN)
_NO_FRAME = {0xC4, 0xC8, 0xCC}  # among C0 to CF, which else begin a frame with its size


def is_picture(mime, text):
    """Whether base64 ``text`` is a PNG or JPEG that a page may show."""
    if mime not in _BEGIN or len(text) > LIMIT:
        return False
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    if not data.startswith(_BEGIN[mime]):
        return False
    width, height = _png_size(data) if mime == "image/png" else _jpeg_size(data)
    return 0 < width * height <= MOST_PIXELS


def _png_size(data):
    return struct.unpack_from(">II", data, 16) if len(data) >= 24 else (0, 0)


def _jpeg_size(data):
    place = 2
    while place + 9 < len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        place += 2 + struct.unpack_from(">H", data, place + 2)[0]
    return 0, 0
