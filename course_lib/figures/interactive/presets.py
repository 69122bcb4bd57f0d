"""Images and kernels that the figures offer: the lectures' own, and the common ones."""

from math import cos, radians, sin

import numpy as np

from course_lib.lectures import examples

LECTURE_5X5 = examples.binary_5x5.tolist()
LECTURE_6X6 = examples.binary_6x6.tolist()
LECTURE_GREY = examples.numbers_6x6.tolist()
SQUARE = [[9 if 2 <= r <= 5 and 2 <= c <= 5 else 0 for c in range(8)] for r in range(8)]

# pixel matching: 1 is ink, -1 is paper
X = examples.x_image.tolist()
PIECES = {
    "diagonal": ("Diagonal", examples.diagonal.tolist()),
    "cross": ("Crossing", examples.small_cross.tolist()),
    "anti": ("Other diagonal", examples.antidiagonal.tolist()),
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

CROSS = examples.cross_kernel.tolist()
DIAGONAL = examples.filter_1.tolist()
VERTICAL_BAR = examples.filter_2.tolist()
VERTICAL_EDGE = examples.edge_kernel.tolist()

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


# channels and filters: image (height, width, channels), filters (height, width, channels, filters)
def _layer(image, filters):
    """Settings of one layer; ``filters`` are (height, width, channels) each, stacked last."""
    stacked = np.stack([np.atleast_3d(one) for one in filters], axis=-1)
    return {
        "image": np.atleast_3d(image).tolist(),
        "filters": stacked.tolist(),
        "bias": [0] * len(filters),
    }


_bands = np.repeat(np.repeat(9 * np.eye(3, dtype=int), 3, axis=0)[None], 6, axis=0)
_edge = np.array(VERTICAL_EDGE)
_colour_filters = [
    np.stack([_edge, -_edge, 0 * _edge], axis=-1),  # red left of green
    np.stack([0 * _edge, 0 * _edge, np.ones((3, 3))], axis=-1),  # blue alone
    np.ones((3, 3, 3)),  # brightness
]
LAYERS = [
    {"id": key, "label": label, "settings": _layer(image, filters)}
    for key, label, image, filters in [
        ("rgb", "Lecture: 7 × 9 × 3, one filter", examples.rgb_7x9, [examples.rgb_filter]),
        ("grey", "Lecture: 6 × 6 × 1, two filters", LECTURE_6X6, [DIAGONAL, VERTICAL_BAR]),
        ("bands", "Red, green and blue bands, three filters", _bands, _colour_filters),
    ]
]

# pooling: the settings of Pooling
_map = np.array(
    [[examples.rgb_printed[r][c] for c in range(5)] for r in range(5)]
)  # the first five columns of the lecture's feature map
POOLS = [
    {"id": key, "label": label, "settings": {"pool_size": [2, 2], "strides": [2, 2], **settings}}
    for key, label, settings in [
        ("4x4", "Lecture: 4 × 4", {"image": examples.pool_4x4.tolist(), "padding": "valid"}),
        ("5x5", "Lecture: a 5 × 5 feature map", {"image": _map.tolist(), "padding": "same"}),
        (
            "bright",
            "One bright line",
            {
                "image": [[9 if c == 3 else r % 2 for c in range(8)] for r in range(8)],
                "padding": "valid",
            },
        ),
        (
            "overlap",
            "Overlapping windows: 3 × 3, stride 2",
            {
                "image": LECTURE_GREY,
                "pool_size": [3, 3],
                "padding": "same",
            },
        ),
    ]
]
