"""Photographs in colour: four to look at, and 166 of animals and plants with their classes.

``load(name)`` gives one of four photographs as an array, and needs NumPy alone. ``load_data()``
gives the 166 cut-outs on white, and needs Pillow to read them.

"chelsea" (a cat, by Stefan van der Walt) and "coffee" (a cup, by Rachel Michetti) come from
scikit-image, where they are dedicated to the public domain (CC0). All others, "zebra" and
"strawberry" too, are from Tux Paint's stamps: copyright 2002-2022 Bill Kendrick and the
contributors of Tux Paint, licensed under the GNU General Public License, version 2, whose text
is in the archive ``cutouts.zip``.
"""

import io
import zipfile
from importlib.resources import files

import numpy as np

_FOLDER = files(__package__)  # inside a zip too
NAMES = ("chelsea", "coffee", "strawberry", "zebra")
CLASSES = ("birds", "flowers", "fruit", "mammals", "vegetables")


def _bytes(name):
    return io.BytesIO((_FOLDER / name).read_bytes())


def load(name):
    """One photograph.

    Args:
        name: "chelsea" or "coffee", 224 rows and 336 columns; "strawberry" or "zebra", 224 by 224.

    Returns:
        uint8 array (rows, columns, 3): red, green and blue from 0 to 255.

    Raises:
        ValueError: there is no photograph of this name.
    """
    if name not in NAMES:
        raise ValueError(f"load: name must be one of {', '.join(NAMES)}, got {name!r}.")
    with np.load(_bytes("photographs.npz"), allow_pickle=False) as file:
        return file[name]


def load_data():
    """166 photographs of 224 by 224 pixels, cut out on white, sorted by class and name.

    Returns:
        ``images, labels, names``: uint8 images (166, 224, 224, 3); uint8 labels (166,), which
        count in ``CLASSES``; a list of 166 names, such as "ostrich".

    Raises:
        ImportError: Pillow is missing, which reads the JPEG files.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "load_data: the photographs are JPEG files, which Pillow reads. "
            "Install it: pip install pillow. (load() needs NumPy alone.)"
        ) from error
    images, labels, names = [], [], []
    with zipfile.ZipFile(_bytes("cutouts.zip")) as archive:
        for path in sorted(name for name in archive.namelist() if name.endswith(".jpg")):
            folder, file_name = path.split("/")
            with Image.open(io.BytesIO(archive.read(path))) as image:
                images.append(np.asarray(image.convert("RGB")))
            labels.append(CLASSES.index(folder))
            names.append(file_name.removesuffix(".jpg"))
    return np.stack(images), np.array(labels, np.uint8), names
