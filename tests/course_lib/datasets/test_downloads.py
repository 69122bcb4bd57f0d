"""Fashion-MNIST and CIFAR-10: fetched from a server of this machine, and never believed unseen."""

import functools
import gzip
import hashlib
import http.server
import io
import tarfile
import threading

import numpy as np
import pytest

from course_lib.datasets import cifar10, download, fashion_mnist, idx, sources

RNG = np.random.default_rng(6)


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A user without any data."""
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


@pytest.fixture
def server(bare):
    """Serves ``www`` on this machine; gives its address, the folder and the paths asked for."""
    folder, asked = bare / "www", []
    folder.mkdir()
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,),
                 {"log_message": lambda self, *_: asked.append(self.path)})  # fmt: skip
    handler = functools.partial(quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/", folder, asked
        running.shutdown()


@pytest.fixture
def clothes(server, monkeypatch):
    """A small Fashion-MNIST on the server, whose checksums pass for the published ones."""
    address, folder, asked = server
    shapes = {"train-images": (6, 28, 28), "train-labels": (6,), "t10k-images": (3, 28, 28),
              "t10k-labels": (3,)}  # fmt: skip
    arrays, sums = [], {}
    for name in fashion_mnist._SHA256:
        array = RNG.integers(0, 10, shapes[name[: name.index("-idx")]]).astype(np.uint8)
        packed = gzip.compress(idx.encode(array))
        (folder / name).write_bytes(packed)
        sums[name] = hashlib.sha256(packed).hexdigest()
        arrays.append(array)
    monkeypatch.setattr(fashion_mnist, "_SHA256", sums)
    monkeypatch.setattr(fashion_mnist, "BASES", ("http://127.0.0.1:9/", address))
    return arrays, folder, asked


@pytest.fixture
def photographs(server, monkeypatch):
    """A small CIFAR-10: five batches of two images and a test batch of one."""
    address, folder, asked = server
    labels, images = np.arange(11) % 10, RNG.integers(0, 256, (11, 3, 32, 32))
    rows = np.concatenate([labels[:, None], images.reshape(11, -1)], 1).astype(np.uint8)
    path = folder / cifar10.FILE.name
    with tarfile.open(path, "w:gz") as archive:
        for number, name in enumerate([*cifar10._TRAIN, *cifar10._TEST]):
            data = rows[2 * number : 2 * number + 2].tobytes()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    file = download.Published(path.name, digest, (address + path.name,))
    monkeypatch.setattr(cifar10, "FILE", file)
    return labels, images, asked


def test_fashion_comes_from_the_next_place_and_then_from_the_cache(clothes, bare):
    arrays, _, asked = clothes
    for _ in range(2):
        (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
        for found, wanted in zip((x_train, y_train, x_test, y_test), arrays, strict=True):
            np.testing.assert_array_equal(found, wanted)
            assert found.dtype == np.uint8
    assert len(asked) == 4
    kept = {path.name for path in (bare / "cache").rglob("*") if path.is_file()}
    assert kept == set(fashion_mnist._SHA256)


def test_cifar_is_rows_of_colours(photographs):
    labels, images, _ = photographs
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    assert x_train.shape == (10, 32, 32, 3) and y_train.shape == (10, 1)
    np.testing.assert_array_equal(y_train[:, 0], labels[:10])
    np.testing.assert_array_equal(x_train[3, :, :, 2], images[3, 2])
    np.testing.assert_array_equal(x_test[0], images[10].transpose(1, 2, 0))
    assert y_test.tolist() == [[0]]


def test_course_data_comes_first(clothes, bare, monkeypatch):
    _, folder, asked = clothes
    (bare / "own").mkdir()
    folder.rename(bare / "own" / "fashion-mnist")
    monkeypatch.setenv("COURSE_DATA", str(bare / "own"))
    fashion_mnist.load_data()
    assert asked == []


def test_a_changed_byte_is_refused_and_leaves_nothing(photographs, bare, server):
    path = server[1] / cifar10.FILE.name
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    with pytest.raises(OSError, match=r"(?s)could not be fetched. Set COURSE_DATA .*cifar-10/cifar-"
                       r"10-binary.tar.gz lies.*not the published file"):  # fmt: skip
        cifar10.load_data()
    assert not [path for path in (bare / "cache").rglob("*") if path.is_file()]


def test_a_damaged_cache_is_replaced(photographs):
    cached = sources.cache_folder() / "cifar-10" / cifar10.FILE.name
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"half")
    assert len(cifar10.load_data()[0][0]) == 10
    assert download.check(cached, cifar10.FILE) == cached


def test_nothing_reachable_names_every_place(bare, monkeypatch):
    monkeypatch.setattr(fashion_mnist, "BASES", ("http://127.0.0.1:9/a/", "http://127.0.0.1:9/b/"))
    with pytest.raises(OSError, match=r"(?s)127.0.0.1:9/a/train.*127.0.0.1:9/b/train"):
        fashion_mnist.load_data()


def test_the_published_files_are_named_by_whole_checksums():
    assert cifar10.FILE.addresses[0].startswith("https://www.cs.toronto.edu/~kriz/cifar-10-binary")
    for digest in (cifar10.FILE.sha256, *fashion_mnist._SHA256.values()):
        assert len(digest) == 64 and int(digest, 16)
    assert len(fashion_mnist.CLASSES) == len(cifar10.CLASSES) == 10
