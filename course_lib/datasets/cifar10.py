"""CIFAR-10: 60,000 photographs in colour, 32 by 32 pixels each, in 10 classes.

By Alex Krizhevsky, "Learning multiple layers of features from tiny images" (2009). The archive
that is read is the binary one: rows of bytes, a label and then three planes of 32 by 32. Nothing in
it is executed, as it would be with the pickles of the other one.
"""

import tarfile

import numpy as np

from course_lib.datasets import download

__all__ = ["CLASSES", "load_data"]

#: Names of the classes 0 to 9.
CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
FILE = download.Published(
    "cifar-10-binary.tar.gz",
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",),
)
_TRAIN = tuple(f"cifar-10-batches-bin/data_batch_{number}.bin" for number in range(1, 6))
_TEST = ("cifar-10-batches-bin/test_batch.bin",)
_IMAGE = (3, 32, 32)  # colours, rows, columns


def load_data():
    """CIFAR-10, as ``keras.datasets.cifar10.load_data()`` returns it.

    Looked for in ``$COURSE_DATA/cifar-10`` and the course's cache, else downloaded (170 MB).

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: uint8 images (50000, 32, 32, 3) and
        (10000, 32, 32, 3), uint8 labels (50000, 1) and (10000, 1); `CLASSES` names them.

    Raises:
        OSError: the archive is nowhere to be had; the text names each place and its reason.
    """
    with tarfile.open(download.fetch(FILE, "cifar-10")) as archive:
        return _read(archive, _TRAIN), _read(archive, _TEST)


def _read(archive, names):
    whole = b"".join(archive.extractfile(name).read() for name in names)
    rows = np.frombuffer(whole, np.uint8).reshape(-1, 1 + int(np.prod(_IMAGE)))
    images = rows[:, 1:].reshape(-1, *_IMAGE).transpose(0, 2, 3, 1)  # (n, rows, columns, colours)
    return np.ascontiguousarray(images), rows[:, :1].copy()
