"""Images and kernels that the figures offer: the lectures' own, and the common ones."""

from math import cos, radians, sin

LECTURE_5X5 = [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
LECTURE_6X6 = [
    [1, 0, 0, 0, 0, 1],
    [0, 1, 0, 0, 1, 0],
    [0, 0, 1, 1, 0, 0],
    [1, 0, 0, 0, 1, 0],
    [0, 1, 0, 0, 1, 0],
    [0, 0, 1, 0, 1, 0],
]
LECTURE_GREY = [
    [4, 9, 2, 5, 8, 3],
    [5, 6, 2, 4, 0, 3],
    [2, 4, 5, 4, 5, 2],
    [5, 6, 5, 4, 7, 8],
    [5, 7, 7, 9, 2, 1],
    [5, 8, 5, 3, 8, 4],
]
SQUARE = [[9 if 2 <= r <= 5 and 2 <= c <= 5 else 0 for c in range(8)] for r in range(8)]

# pixel matching: 1 is ink, -1 is paper
X = [[1 if 1 <= r <= 7 and c in (r, 8 - r) else -1 for c in range(9)] for r in range(9)]
PIECES = {
    "diagonal": ("Diagonal", [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]]),
    "cross": ("Crossing", [[1, -1, 1], [-1, 1, -1], [1, -1, 1]]),
    "anti": ("Other diagonal", [[-1, -1, 1], [-1, 1, -1], [1, -1, -1]]),
}


def _ink(picture, r, c):
    return 0 <= r < 9 and 0 <= c < 9 and picture[r][c] > 0


def shifted(picture, down, right):
    """The picture moved by whole pixels, paper coming in at the edges."""
    return [[1 if _ink(picture, r - down, c - right) else -1 for c in range(9)] for r in range(9)]


def thickened(picture):
    """Ink wherever the pixel or the one left of it has ink."""
    return [
        [1 if _ink(picture, r, c) or _ink(picture, r, c - 1) else -1 for c in range(9)]
        for r in range(9)
    ]


def rotated(degrees):
    """The X turned about its centre: ink within 0.55 pixels of one of the two strokes."""

    def ink(r, c):
        for stroke in (45 + degrees, 135 + degrees):
            dy, dx = sin(radians(stroke)), cos(radians(stroke))
            along, across = (r - 4) * dy + (c - 4) * dx, (r - 4) * dx - (c - 4) * dy
            if abs(along) <= 4.4 and abs(across) <= 0.55:
                return True
        return False

    return [[1 if ink(r, c) else -1 for c in range(9)] for r in range(9)]


PICTURES = {
    "same": ("The same X", X),
    "shifted": ("Shifted by one pixel", shifted(X, 0, 1)),
    "rotated": ("Rotated by 10 degrees", rotated(10)),
    "thickened": ("Thickened", thickened(X)),
}

CROSS = [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
DIAGONAL = [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]]
VERTICAL_BAR = [[-1, 1, -1], [-1, 1, -1], [-1, 1, -1]]
VERTICAL_EDGE = [[1, 0, -1], [1, 0, -1], [1, 0, -1]]

IMAGES = {
    "lecture-5x5": ("Lecture: 5 × 5, zeros and ones", LECTURE_5X5),
    "lecture-6x6": ("Lecture: 6 × 6, zeros and ones", LECTURE_6X6),
    "lecture-grey": ("Lecture: 6 × 6, grey values", LECTURE_GREY),
    "square": ("A bright square, 8 × 8", SQUARE),
}
KERNELS = {
    "cross": ("Lecture: cross", CROSS),
    "diagonal": ("Lecture: filter 1, diagonal", DIAGONAL),
    "bar": ("Lecture: filter 2, vertical bar", VERTICAL_BAR),
    "vertical-edge": ("Lecture: vertical edge", VERTICAL_EDGE),
    "horizontal-edge": ("Horizontal edge", [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]),
    "outline": ("Edges in all directions", [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    "sobel-x": ("Sobel, left to right", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "sobel-y": ("Sobel, top to bottom", [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
    "sharpen": ("Sharpen", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "box": ("Box blur (mean of nine)", [[1 / 9] * 3] * 3),
    "gauss": (
        "Gaussian blur",
        [[v / 16 for v in row] for row in ([1, 2, 1], [2, 4, 2], [1, 2, 1])],
    ),
    "identity": ("Identity", [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
}


def choices(table):
    """A table of presets as the list of dictionaries that the page reads."""
    return [{"id": key, "label": label, "values": values} for key, (label, values) in table.items()]


# stride, padding and dilation: the settings of SizeExplorer, rows first
_SIZES = {
    "stride-1": ("Lecture: 6 × 6, kernel 3, stride 1", {}),
    "stride-2": ("Lecture: 6 × 6, kernel 3, stride 2", {"strides": [2, 2]}),
    "padded": (
        "Lecture: stride 2, one zero on each side",
        {"strides": [2, 2], "padding": "explicit", "pads": [[1, 1], [1, 1]]},
    ),
    "keras-same": ("Keras' same at stride 2", {"strides": [2, 2], "padding": "same"}),
    "even": ("An even kernel, same", {"kernel_size": [2, 2], "padding": "same"}),
    "28": (
        "Lecture: 28 × 28, kernel 5, stride 2",
        {"size": [28, 28], "kernel_size": [5, 5], "strides": [2, 2]},
    ),
    "11": (
        "11 cells, kernel 2, stride 3",
        {"dimensions": 1, "size": [11, 11], "kernel_size": [2, 2], "strides": [3, 3]},
    ),
    "rectangle": (
        "A rectangle: 6 × 10, kernel 2 × 3",
        {"size": [6, 10], "kernel_size": [2, 3], "strides": [1, 2]},
    ),
    "dilated": (
        "Dilation 2: a 3 × 3 kernel spans 5 × 5",
        {"size": [9, 9], "dilation_rate": [2, 2]},
    ),
    "dilated-1d": (
        "1D, dilation 3, same",
        {"dimensions": 1, "size": [16, 16], "padding": "same", "dilation_rate": [3, 3]},
    ),
}
_DEFAULTS = {
    "dimensions": 2,
    "size": [6, 6],
    "kernel_size": [3, 3],
    "strides": [1, 1],
    "padding": "valid",
    "pads": [[0, 0], [0, 0]],
    "dilation_rate": [1, 1],
}
SIZES = [
    {"id": key, "label": label, "settings": {**_DEFAULTS, **settings}}
    for key, (label, settings) in _SIZES.items()
]
