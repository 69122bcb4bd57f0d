"""Fashion-MNIST: 70,000 photographs of clothes, 28 by 28 grey values each, in 10 classes.

The shape of MNIST, and harder: what tells a shirt from a coat is finer than what tells a 1 from a
7. By Han Xiao, Kashif Rasul and Roland Vollgraf (2017), Zalando SE, under the MIT licence.
"""

import gzip

from course_lib.datasets import download, idx

__all__ = ["CLASSES", "load_data"]

#: Names of the classes 0 to 9.
CLASSES = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
    "ankle boot",
)  # fmt: skip
BASES = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
)
_SHA256 = {
    "train-images-idx3-ubyte.gz":
        "08dc20ab1689590a0bcd66e874647b6ee8464e2d501b5a3f1f78831db19a3fdc",
    "train-labels-idx1-ubyte.gz":
        "b0197879cbda89f3dc7b894f9fd52b858e68ea4182b6947c9d8c2b67e5f18dcc",
    "t10k-images-idx3-ubyte.gz":
        "78dcbbfb5a27efaf1b6c1d616caca68560be8766c5bffcb2791df9273a534229",
    "t10k-labels-idx1-ubyte.gz":
        "42bd18137a62d5998cdeae52bf3a0676ac6b706f5cf8439b47bb5b151ae3dccf",
}  # fmt: skip


def load_data():
    """Fashion-MNIST, as ``keras.datasets.fashion_mnist.load_data()`` returns it.

    Looked for in ``$COURSE_DATA/fashion-mnist`` and the course's cache, else downloaded (30 MB).

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: uint8 images (60000, 28, 28) and (10000, 28, 28)
        with grey values 0 to 255, uint8 labels (60000,) and (10000,); `CLASSES` names them.

    Raises:
        OSError: the files are nowhere to be had; the text names each place and its reason.
    """
    arrays = [_read(name) for name in _SHA256]
    return tuple(arrays[:2]), tuple(arrays[2:])


def _read(name):
    file = download.Published(name, _SHA256[name], tuple(base + name for base in BASES))
    with gzip.open(download.fetch(file, "fashion-mnist")) as opened:
        return idx.decode(opened.read())
