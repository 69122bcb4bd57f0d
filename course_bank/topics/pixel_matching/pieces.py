"""Questions on looking for a piece of a picture: its score, and where it is found."""

import numpy as np

from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.core.rendering import table

_TOPIC = "pixel matching"

ROW_FIRST = "The row comes first: it counts downwards."
NOT_DIVIDED = "That is the sum of the products; the score is their mean."

PIECES = ("diagonal", "anti-diagonal", "small cross")


def cut_piece(name, side):
    """A piece of an X as the lecture cuts it, ``side`` pixels wide: stroke +1, background -1."""
    diagonal = np.eye(side, dtype=int)
    strokes = {"diagonal": diagonal, "anti-diagonal": diagonal[::-1]}
    both = np.maximum(*strokes.values())
    return (2 * strokes.get(name, both) - 1).tolist()


def draw_cross(size, centre_row, centre_column, arm):
    """An X of +1 on a background of -1, its arms ``arm`` pixels long."""
    image = np.full((size, size), -1)
    for step in range(-arm, arm + 1):
        image[centre_row + step, centre_column + step] = 1
        image[centre_row + step, centre_column - step] = 1
    return image.tolist()


def _draw_cross(rng):
    size, arm, side = rng.choice((9, 10, 11)), 3, rng.choice((3, 4, 5))
    name = rng.choice(PIECES)
    return {
        "image": draw_cross(size, *(rng.integer(arm, size - 1 - arm) for _ in "rc"), arm),
        "name": name,
        "feature": cut_piece(name, side),
        "row": rng.integer(0, size - side),
        "column": rng.integer(0, size - side),
    }


def _score(n, row=None, column=None):
    row, column = (n.row, n.column) if row is None else (row, column)
    side = len(n.feature)
    window = np.array(n.image)[row : row + side, column : column + side]
    return float((window * np.array(n.feature)).mean())


def _products_of_window(n):
    return len(n.feature) ** 2


def _draw_total(rng):
    side = rng.choice((3, 4, 5, 6))
    return {"side": side, "pixels": side**2, "total": side**2 - 2 * rng.integer(1, side**2 // 2)}


def _draw_patch(rng):
    rows, columns = rng.integer(3, 4), rng.integer(4, 6)
    piece = rng.picks(rows, columns, (-1, 1))
    patch = [row[:] for row in piece]
    for _ in range(rng.integer(1, rows * columns)):
        patch[rng.integer(0, rows - 1)][rng.integer(0, columns - 1)] *= -1
    return {"piece": piece, "patch": patch}


def _pixels(n):
    return np.size(n.piece)


def _sum_of_products(n):
    return int((np.array(n.piece) * np.array(n.patch)).sum())


def _agreements(n):
    return int((np.array(n.piece) == np.array(n.patch)).sum())


def _draw_hidden_piece(rng):
    size = rng.choice((6, 7, 8))
    image, piece = np.array(rng.picks(size, size, (-1, 1))), rng.picks(3, 3, (-1, 1))
    row, column = rng.integer(0, size - 3), rng.integer(0, size - 3)
    image[row : row + 3, column : column + 3] = piece
    places = _places(image, piece)
    return _draw_hidden_piece(rng) if len(places) > 1 else {"image": image.tolist(), "piece": piece}


def _places(image, piece):
    """Where the piece is found exactly: a list of (row, column)."""
    windows = np.lib.stride_tricks.sliding_window_view(np.array(image), (3, 3))
    return [tuple(map(int, place)) for place in np.argwhere((windows == piece).all(axis=(2, 3)))]


def _place(n):
    return _places(n.image, n.piece)[0]


QUESTIONS = [
    Question(
        id="pixel-piece-score",
        topic=_TOPIC,
        teaches="The score of a piece is the mean of its products: 1 for an exact match.",
        draw=_draw_patch,
        prompt=lambda n: (
            f"A feature of {len(n.piece)} × {len(n.piece[0])} pixels{table(n.piece)}is laid over "
            f"this patch of an image:{table(n.patch)}The score is the mean of the {_pixels(n)} "
            "products. What is it? A fraction, or three decimals."
        ),
        form="number",
        tolerance=0.0006,
        answer=lambda n: _sum_of_products(n) / _pixels(n),
        steps=lambda n: [
            f"agreeing pixels: {_agreements(n)} of {_pixels(n)}",
            f"sum of the products: {_agreements(n)} - {_pixels(n) - _agreements(n)} = "
            f"{_sum_of_products(n)}",
            f"divided by {_pixels(n)}: {_sum_of_products(n) / _pixels(n):.3f}",
        ],
        misconceptions=(
            slip("not divided", _sum_of_products, NOT_DIVIDED, CLOSE),
            slip(
                "share of agreements",
                lambda n: _agreements(n) / _pixels(n),
                "That is the share of pixels that agree. A pixel that differs does not count 0: "
                "its product is -1.",
                CLOSE,
            ),
            slip(
                "differences ignored",
                _agreements,
                "You counted the agreements. Sum the products and divide by their number.",
                FAR,
            ),
        ),
        solved_by="numpy",
        solution="(np.array(n.piece) * np.array(n.patch)).mean()",
    ),
    Question(
        id="pixel-score-at",
        topic=_TOPIC,
        teaches="One value of the feature map: the mean product at one place of the window.",
        draw=_draw_cross,
        prompt=lambda n: (
            f"The {n.name} of an X (+1 is stroke){table(n.feature)}slides over "
            f"this image:{table(n.image)}What is the score (the mean of the products) where the "
            f"top left corner of the window is at row {n.row}, column {n.column}?"
        ),
        form="number",
        tolerance=0.006,
        answer=_score,
        steps=lambda n: [
            f"the window: rows {n.row} to {n.row + len(n.feature) - 1}, "
            f"columns {n.column} to {n.column + len(n.feature) - 1}",
            f"sum of its products: {round(_products_of_window(n) * _score(n))}",
            f"divided by {_products_of_window(n)}: {_score(n):.3f}",
        ],
        misconceptions=(
            slip("row and column swapped", lambda n: _score(n, n.column, n.row), ROW_FIRST, FAR),
            slip("not divided", lambda n: _products_of_window(n) * _score(n), NOT_DIVIDED, CLOSE),
        ),
        solution="(\n    np.array(n.image)[n.row :, n.column :][: len(n.feature), : len(n.feature)]"
        "\n"
        "    * np.array(n.feature)\n).mean()",
    ),
    Question(
        id="pixel-find-piece",
        topic=_TOPIC,
        teaches="A piece is found where its score is exactly 1.",
        draw=_draw_hidden_piece,
        prompt=lambda n: (
            f"Where in this image{table(n.image)}does this piece match exactly?"
            f"{table(n.piece)}Give the (row, column) of the window's top left corner, "
            "counted from 0."
        ),
        form="shape",
        expects="a pair (row, column)",
        answer=_place,
        steps=lambda n: [
            "compare row by row: all nine pixels must be equal",
            f"the window at {_place(n)} has score 1",
        ],
        misconceptions=(
            slip("column first", lambda n: _place(n)[::-1], ROW_FIRST, CLOSE),
            slip(
                "counted from one",
                lambda n: (_place(n)[0] + 1, _place(n)[1] + 1),
                "Rows and columns are counted from 0, or you gave the centre: the top left corner "
                "of the window is asked for.",
                CLOSE,
            ),
            slip(
                "bottom right corner",
                lambda n: (_place(n)[0] + 2, _place(n)[1] + 2),
                "That is the bottom right corner of the window.",
                CLOSE,
            ),
            slip(
                "column first, counted from one",
                lambda n: (_place(n)[1] + 1, _place(n)[0] + 1),
                ROW_FIRST + " And rows and columns are counted from 0.",
                FAR,
            ),
        ),
        solution="next(\n    (row, column)\n    for row in range(len(n.image) - 2)\n"
        "    for column in range(len(n.image) - 2)\n    if (np.array(n.image)[row : row + 3, "
        "column : column + 3] == np.array(n.piece)).all()\n)",
    ),
    Question(
        id="pixel-map-values",
        topic=_TOPIC,
        teaches="A feature slid over an image gives one score for each place it fits.",
        draw=ranges(height=(8, 30), width=(8, 30), feature=[3, 4, 5]),
        prompt="A feature of {feature} × {feature} pixels slides one pixel at a time over an image "
        "of {height} × {width} pixels. How many scores does the feature map hold?",
        answer=lambda n: (n.height - n.feature + 1) * (n.width - n.feature + 1),
        steps=lambda n: [
            f"({n.height} - {n.feature} + 1) * ({n.width} - {n.feature} + 1)",
            f"= {n.height - n.feature + 1} * {n.width - n.feature + 1}",
            f"= {(n.height - n.feature + 1) * (n.width - n.feature + 1)}",
        ],
        misconceptions=(
            slip(
                "one for each pixel",
                lambda n: n.height * n.width,
                "The window must lie inside the image: it does not fit at the last rows and "
                "columns.",
                FAR,
            ),
            slip(
                "forgot the one",
                lambda n: (n.height - n.feature) * (n.width - n.feature),
                "Along each axis there are n - k steps, and one place more.",
                CLOSE,
            ),
            slip(
                "windows side by side",
                lambda n: (n.height // n.feature) * (n.width // n.feature),
                "The windows overlap: the feature moves by one pixel, not by its own size.",
                FAR,
            ),
            slip(
                "one column only",
                lambda n: n.height - n.feature + 1,
                "At so many heights the feature fits. At each of them it also moves to the right.",
                FAR,
            ),
            slip(
                "one row only",
                lambda n: n.width - n.feature + 1,
                "So many places lie beside one another. The feature also moves down.",
                FAR,
            ),
        ),
        solved_by="formula",
        solution="(n.height - n.feature + 1) * (n.width - n.feature + 1)",
    ),
    Question(
        id="pixel-agreements-from-score",
        topic=_TOPIC,
        teaches="Score s of m pixels means m(1 + s)/2 of them agree.",
        draw=_draw_total,
        prompt="A feature of {side} × {side} pixels (all -1 or +1) is laid over an image; the "
        "{pixels} products sum to {total}, so its score there is {total}/{pixels}. At how many "
        "pixels does it agree with the image?",
        answer=lambda n: (n.pixels + n.total) // 2,
        steps=lambda n: [
            f"agreements minus differences = {n.total}",
            f"agreements plus differences = {n.pixels}",
            f"agreements = ({n.total} + {n.pixels}) / 2 = {(n.pixels + n.total) // 2}",
        ],
        misconceptions=(
            slip(
                "sum taken for the agreements",
                lambda n: n.total,
                "Each difference takes one away from the sum.",
                FAR,
            ),
            slip(
                "differences counted",
                lambda n: (n.pixels - n.total) // 2,
                "That is the number of pixels that differ.",
                FAR,
            ),
            slip(
                "not halved",
                lambda n: n.pixels + n.total,
                "Added up, the two equations count each agreement twice.",
                CLOSE,
            ),
            slip(
                "differences, not halved",
                lambda n: n.pixels - n.total,
                "A pixel that differs takes one away and is no agreement either: it makes a "
                "difference of two. "
                "And the pixels that agree are asked for.",
                FAR,
            ),
        ),
        solution="(n.pixels + n.total) // 2",
    ),
]
