"""Images and feature maps as pixels: digits in rows, each with a line of text under it."""

import base64
import struct
import zlib

import numpy as np

from course_lib.figures.static.canvas import Drawing

__all__ = ["mosaic", "picture_address", "png"]

GAP, NOTE, MARGIN = 12, 22, 6


def _chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png(pixels):
    """Bytes of a PNG: grey (rows, columns) or colours (rows, columns, 3), from 0 (black) to 1."""
    values = np.round(np.clip(np.asarray(pixels, dtype=float), 0, 1) * 255).astype(np.uint8)
    if values.ndim not in (2, 3) or values.shape[2:] not in ((), (3,)):
        raise ValueError(
            "png: pixels must have the shape (rows, columns) or (rows, columns, 3), "
            f"got {values.shape}."
        )
    rows, columns = values.shape[:2]
    lines = b"".join(b"\0" + line.tobytes() for line in values)
    header = struct.pack(">IIBBBBB", columns, rows, 8, 2 if values.ndim == 3 else 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header)
    return data + _chunk(b"IDAT", zlib.compress(lines, 9)) + _chunk(b"IEND", b"")


def picture_address(image):
    """A grey image, (rows, columns) from 0 (black) to 1 (white), as a PNG data address."""
    return "data:image/png;base64," + base64.b64encode(png(image)).decode()


def mosaic(images, notes=None, columns=10, size=52, spread=False):
    """Images in rows, with ``notes`` (one text each) under them.

    images: (count, rows, columns), from 0 to 1; with ``spread`` each is stretched to its own
    smallest and largest value, as feature maps need it.
    """
    images = np.asarray(images, dtype=float)
    if spread:
        low = images.min(axis=(1, 2), keepdims=True)
        high = images.max(axis=(1, 2), keepdims=True)
        images = (images - low) / np.maximum(high - low, 1e-9)
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    step = size + GAP
    line = size + (NOTE if notes is not None else GAP)
    drawing = Drawing(columns * step - GAP + 2 * MARGIN, rows * line + 2 * MARGIN)
    for index, image in enumerate(images):
        x = MARGIN + (index % columns) * step
        y = MARGIN + (index // columns) * line
        drawing.image(x, y, size, size, picture_address(image))
        drawing.rect(x, y, size, size)
        if notes is not None:
            drawing.text(x + size / 2, y + size + NOTE / 2, notes[index])
    return drawing
