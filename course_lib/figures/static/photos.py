"""Photographs and what is computed from them, in rows, each with a line of text under it."""

import base64
import io

import numpy as np

from course_lib.figures.static.canvas import Drawing

__all__ = ["gallery", "lit"]

GAP, NOTE, MARGIN = 12, 24, 4
QUALITY, EXACT = 80, 96 * 96  # of a JPEG; pixels of a picture that keeps every one


def _bytes(image):
    """Values from 0 to 1, or uint8 already, as uint8."""
    image = np.asarray(image)
    if image.dtype == np.uint8:
        return image
    return np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)


def address(image):
    """A data address: PNG where each pixel must be exact, JPEG for a larger picture."""
    from PIL import Image

    file = io.BytesIO()
    kind = "png" if image.shape[0] * image.shape[1] <= EXACT else "jpeg"
    Image.fromarray(image).save(file, kind, quality=QUALITY, optimize=True)
    return f"data:image/{kind};base64," + base64.b64encode(file.getvalue()).decode()


def lit(values, share=0.003):
    """A map as a picture: what is 0 or less is black, the largest ``share`` of the values white."""
    values = np.asarray(values, dtype=float)
    return (values / max(np.quantile(values, 1 - share), 1e-9)).clip(0, 1)


def gallery(images, notes=None, columns=3, width=216, frames=None):
    """Pictures in rows, with ``notes`` (one text each) under them.

    images: arrays (rows, columns) in grey or (rows, columns, 3) in colour, uint8, or floats from 0
    to 1. Each is ``width`` wide, and as high as its shape asks. frames: for each picture the
    windows to mark on it, as (row, column, height, width) in its own pixels.
    """
    images = [_bytes(image) for image in images]
    notes = [""] * len(images) if notes is None else list(notes)
    if len(notes) != len(images):
        raise ValueError(f"gallery: notes must be {len(images)} texts, got {len(notes)}.")
    frames = [()] * len(images) if frames is None else frames
    columns = min(columns, len(images))
    heights = [width * image.shape[0] / image.shape[1] for image in images]
    lines = [heights[start : start + columns] for start in range(0, len(images), columns)]
    below = NOTE if any(notes) else GAP
    total = sum(max(line) + below for line in lines)
    drawing = Drawing(columns * (width + GAP) - GAP + 2 * MARGIN, total + 2 * MARGIN)
    top = MARGIN
    for number, line in enumerate(lines):
        for column, height in enumerate(line):
            index = number * columns + column
            image, x = images[index], MARGIN + column * (width + GAP)
            coarse = image.shape[1] < width / 3
            drawing.image(x, top, width, height, address(image), smooth=not coarse)
            drawing.rect(x, top, width, height)
            scale = width / image.shape[1]
            for row, left, rows, across in frames[index]:
                place = (x + left * scale, top + row * scale, across * scale, rows * scale)
                drawing.rect(*place, "mark")
            drawing.text(x + width / 2, top + height + NOTE / 2, notes[index])
        top += max(line) + below
    return drawing
