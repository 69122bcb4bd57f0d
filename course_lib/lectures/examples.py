"""The images, kernels and tables of the lectures, as they are printed there.

Arrays are read-only float32 without batch and channel axes, so that they look in Python as they
look on the slide. ``batch(image)`` adds the two axes that a convolution layer asks for.
"""

import numpy as np


def _array(rows):
    array = np.array(rows, dtype=np.float32)
    array.setflags(write=False)
    return array


def batch(image):
    """``image`` with the axes that a layer expects: (1, height, width, channels).

    (height, width) gets one channel; (height, width, channels) keeps its own.
    """
    image = np.asarray(image)
    return image[np.newaxis, ..., np.newaxis] if image.ndim == 2 else image[np.newaxis]


def single(kernel):
    """``kernel`` as the weights of one filter: (height, width, in channels, 1)."""
    kernel = np.asarray(kernel)
    return kernel[..., np.newaxis, np.newaxis] if kernel.ndim == 2 else kernel[..., np.newaxis]


# ------------------------------------------------------------------ pixel matching (9 x 9)

_x = np.full((9, 9), -1, dtype=np.float32)
for _i in range(1, 8):
    _x[_i, _i] = _x[_i, 8 - _i] = 1
x_image = _array(_x)

diagonal = _array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
antidiagonal = _array([[-1, -1, 1], [-1, 1, -1], [1, -1, -1]])
small_cross = _array([[1, -1, 1], [-1, 1, -1], [1, -1, 1]])

# ------------------------------------------------------------------ convolution

binary_5x5 = _array(
    [
        [1, 1, 1, 0, 0],
        [0, 1, 1, 1, 0],
        [0, 0, 1, 1, 1],
        [0, 0, 1, 1, 0],
        [0, 1, 1, 0, 0],
    ]
)
cross_kernel = _array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])

binary_6x6 = _array(
    [
        [1, 0, 0, 0, 0, 1],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 1, 0, 0],
        [1, 0, 0, 0, 1, 0],
        [0, 1, 0, 0, 1, 0],
        [0, 0, 1, 0, 1, 0],
    ]
)
filter_1 = diagonal
filter_2 = _array([[-1, 1, -1], [-1, 1, -1], [-1, 1, -1]])

# ------------------------------------------------------------------ stride and padding

numbers_6x6 = _array(
    [
        [4, 9, 2, 5, 8, 3],
        [5, 6, 2, 4, 0, 3],
        [2, 4, 5, 4, 5, 2],
        [5, 6, 5, 4, 7, 8],
        [5, 7, 7, 9, 2, 1],
        [5, 8, 5, 3, 8, 4],
    ]
)
edge_kernel = _array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])

# ------------------------------------------------------------------ channels (7 x 9 x 3)

_red = [
    [58, 17, 75, 9, 51, 54, 21, 18, 91],
    [6, 65, 19, 93, 52, 36, 31, 23, 98],
    [24, 74, 69, 78, 82, 94, 48, 44, 44],
    [36, 65, 19, 49, 80, 88, 24, 32, 12],
    [83, 46, 37, 44, 65, 56, 85, 93, 26],
    [2, 55, 63, 45, 38, 63, 20, 44, 41],
    [5, 30, 79, 31, 82, 59, 23, 19, 60],
]
_green = [
    [53, 99, 34, 78, 4, 86, 49, 69, 73],
    [24, 4, 68, 72, 75, 81, 17, 5, 15],
    [49, 89, 14, 91, 51, 58, 98, 8, 66],
    [63, 92, 73, 90, 48, 19, 72, 53, 52],
    [68, 80, 11, 34, 91, 24, 51, 10, 98],
    [40, 10, 66, 70, 61, 89, 48, 82, 65],
    [37, 27, 50, 20, 62, 3, 6, 82, 81],
]
_blue = [
    [38, 74, 31, 13, 20, 38, 39, 99, 82],
    [20, 27, 71, 99, 37, 20, 59, 74, 27],
    [49, 43, 67, 18, 47, 43, 26, 35, 60],
    [34, 55, 54, 4, 99, 49, 30, 59, 3],
    [96, 95, 70, 57, 16, 13, 62, 11, 43],
    [93, 42, 67, 89, 86, 59, 27, 91, 32],
    [6, 99, 18, 67, 65, 23, 83, 88, 17],
]
rgb_7x9 = _array(np.stack([_red, _green, _blue], axis=-1))
rgb_filter = _array(
    np.stack(
        [
            [[5, 4, 1], [2, 1, 2], [6, 9, 7]],
            [[7, 2, 5], [6, 1, 5], [9, 3, 6]],
            [[9, 8, 5], [6, 4, 3], [4, 3, 2]],
        ],
        axis=-1,
    )
)
rgb_printed = _array(
    [
        [5849, 7463, 6193, 7261, 6177, 6309, 6484],
        [5580, 7161, 7311, 7902, 6699, 5329, 5375],
        [6690, 7301, 6211, 6464, 7450, 5865, 6553],
        [6826, 7003, 6740, 6804, 7072, 5875, 5869],
        [6917, 6605, 6838, 6247, 6121, 5410, 6179],
    ]
)

# ------------------------------------------------------------------ pooling (4 x 4)

pool_4x4 = _array([[4, 1, 1, 8], [1, 1, 0, 2], [7, 3, 2, 2], [3, 8, 4, 1]])

# ------------------------------------------------------------------ pixel matching, disturbed


def shifted_x(columns=1):
    """The X moved to the right by ``columns``; background comes in from the left."""
    image = np.full_like(x_image, -1)
    image[:, columns:] = x_image[:, : x_image.shape[1] - columns]
    return image


def thick_x():
    """The X drawn with a thicker pen: a stroke pixel fills its neighbours to the right too."""
    return np.maximum(x_image, shifted_x(1))


def rotated_x():
    """The X turned by 45 degrees: an upright cross."""
    image = np.full_like(x_image, -1)
    image[4, 1:8] = image[1:8, 4] = 1
    return image
