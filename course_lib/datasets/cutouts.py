"""The photographs' white background: found, and replaced by another one.

The 166 photographs of `photographs.load_data` are cut out on white. `subject` finds the cut-out,
`compose` puts it before a photograph.
"""

import numpy as np

__all__ = ["compose", "subject"]

WHITE = 235  # a pixel whose three values are all at least this may be background


def subject(images):
    """Where the cut-out is: the background is the white that hangs together with the border.

    Args:
        images: uint8 (n, rows, columns, 3).

    Returns:
        bool (n, rows, columns), True on the subject; white within it, as in an eye, included.
    """
    images = _checked("subject", images)
    white = (images >= WHITE).all(axis=-1)
    reached = np.zeros_like(white)
    for edge in (np.s_[:, 0], np.s_[:, -1], np.s_[:, :, 0], np.s_[:, :, -1]):
        reached[edge] = white[edge]
    count = -1
    while count != (count := int(reached.sum())):
        for axis in (1, 2):
            _spread(np.moveaxis(reached, axis, 0), np.moveaxis(white, axis, 0))
    return ~reached


def compose(images, background):
    """The cut-outs of ``images`` before ``background``.

    Args:
        images: uint8 (n, rows, columns, 3), cut out on white.
        background: uint8 (any, any, 3); mirrored at its edges until it is large enough.

    Returns:
        uint8 array of the shape of ``images``.
    """
    images = _checked("compose", images)
    background = np.asarray(background)
    if background.ndim != 3 or background.shape[-1] != 3 or 0 in background.shape:
        raise ValueError(
            f"compose: background must have shape (rows, columns, 3), got {background.shape}."
        )
    more = [(0, max(0, n - b)) for n, b in zip(images.shape[1:3], background.shape, strict=False)]
    whole = np.pad(background, [*more, (0, 0)], mode="symmetric")
    whole = whole[: images.shape[1], : images.shape[2]]
    return np.where(subject(images)[..., None], images, whole)


def _spread(reached, white):
    """One walk along the first axis and one back: white beside what is reached is reached."""
    for places in (range(1, len(reached)), range(len(reached) - 2, -1, -1)):
        step = places.step
        for place in places:
            reached[place] |= reached[place - step] & white[place]


def _checked(owner, images):
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] != 3 or images.dtype != np.uint8:
        raise ValueError(
            f"{owner}: images must be uint8 of shape (n, rows, columns, 3), got {images.dtype} of "
            f"shape {images.shape}."
        )
    return images
