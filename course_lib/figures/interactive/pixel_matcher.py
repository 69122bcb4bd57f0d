"""Matching pictures literally, and by their pieces."""

import traitlets as t

from course_lib.figures.interactive import presets
from course_lib.figures.interactive.base import Figure, Matrix
from course_lib.figures.interactive.text_version import paragraph, table


class PixelMatcher(Figure):
    """Compare a picture with a stored X, whole and piece by piece.

    template, picture: pixels of 1 (ink) and -1 (paper), (height, width), of one shape.
    piece: which of ``pieces`` slides over the picture. place: the place shown first, counted
    row by row from 0. The score of a piece is the mean of its products with the pixels under it.
    """

    name = "pixel_matcher"

    template = Matrix(presets.X).tag(sync=True)
    picture = Matrix(presets.PICTURES["shifted"][1]).tag(sync=True)
    piece = t.Int(0, min=0, max=2).tag(sync=True)
    place = t.Int(0, min=0).tag(sync=True)
    pieces = t.List(presets.choices(presets.PIECES)).tag(sync=True)
    pictures = t.List(presets.choices(presets.PICTURES)).tag(sync=True)

    @t.validate("template", "picture")
    def _same_shape(self, proposal):
        shape = (9, 9)
        value = proposal["value"]
        got = (len(value), len(value[0]))
        if got != shape:
            raise t.TraitError(
                f"PixelMatcher: {proposal['trait'].name} must have 9 rows of 9 pixels, "
                f"got shape {got}"
            )
        if not {v for row in value for v in row} <= {-1.0, 1.0}:
            raise t.TraitError(
                f"PixelMatcher: {proposal['trait'].name} must hold 1 (ink) and -1 (paper) only"
            )
        return value

    def room(self):
        return 650, 1110

    def scores(self):
        """Score map of the chosen piece, (7, 7), computed by ``course_lib.ops``."""
        import numpy as np

        from course_lib import ops

        piece = np.array(self.pieces[self.piece]["values"], float)
        image = np.array(self.picture)[None, :, :, None]
        return ops.conv(image, piece[:, :, None, None])[0, :, :, 0] / piece.size

    def fallback(self):
        pairs = [
            (a, b)
            for rows in zip(self.template, self.picture, strict=True)
            for a, b in zip(*rows, strict=True)
        ]
        equal = sum(a == b for a, b in pairs)
        label = self.pieces[self.piece]["label"].lower()
        return (
            table(self.template, "The stored X: 1 is ink, −1 is paper")
            + table(self.picture, "The picture to compare")
            + paragraph(f"Pixel by pixel, {equal} of {len(pairs)} pixels are equal.")
            + table(self.scores(), f"Score of the piece '{label}' at every place of the picture")
            + paragraph("A score is the mean of nine products; 1 is an exact match.")
        )
