"""PyTorch's old file format, read without PyTorch; the files here are written by hand."""

import collections
import io
import os
import pickle
import struct

import numpy as np
import pytest

from course_lib.applications import torch_file


class Word:
    """A name that the pickle asks for: of the module torch, or of whatever else."""

    def __init__(self, module, name):
        self.module, self.name = module, name


class Writer(pickle._Pickler):
    """Pickles a `Word` as a global and ("storage", ...) as a persistent id, as PyTorch does."""

    def persistent_id(self, value):
        return value if isinstance(value, tuple) and value[:1] == ("storage",) else None

    def save(self, value, save_persistent_id=True):
        if isinstance(value, Word):
            self.write(f"c{value.module}\n{value.name}\n".encode())
        elif isinstance(value, Entry):
            self.save(Word("torch._utils", "_rebuild_tensor_v2"))
            self.save(tuple(value))
            self.write(pickle.REDUCE)
        else:
            super().save(value, save_persistent_id)


Entry = collections.namedtuple("Entry", "storage offset shape strides grad hooks")


def entry(key, count, offset, shape, strides, kind="FloatStorage"):
    storage = ("storage", Word("torch", kind), key, "cpu", count, None)
    return Entry(storage, offset, shape, strides, False, None)


def write(path, table, storages, magic=torch_file.MAGIC):
    with open(path, "wb") as file:
        for value in (magic, 1001, {"little_endian": True}, table, list(storages)):
            Writer(file, 2).dump(value)
        for array in storages.values():
            file.write(struct.pack("<q", array.size) + array.tobytes())
    return path


NUMBERS = np.arange(12, dtype="<f4")


def test_tensors_come_with_their_shapes_strides_and_offsets(tmp_path):
    table = collections.OrderedDict(
        whole=entry("a", 12, 0, (3, 4), (4, 1)),
        turned=entry("a", 12, 1, (3, 2), (1, 4)),
        count=entry("b", 1, 0, (), (), "LongStorage"),
    )
    path = write(tmp_path / "x.pth", table, {"a": NUMBERS, "b": np.array([7], "<i8")})
    found = torch_file.read(path)
    assert list(found) == ["whole", "turned", "count"]
    np.testing.assert_array_equal(found["whole"], NUMBERS.reshape(3, 4))
    np.testing.assert_array_equal(found["turned"], [[1, 5], [2, 6], [3, 7]])
    assert found["count"] == 7 and found["whole"].dtype == np.float32


@pytest.mark.parametrize(
    "wrong",
    [
        entry("a", 12, 0, (3, 5), (5, 1)),
        entry("a", 12, 8, (5,), (1,)),
        entry("a", 12, -1, (2,), (1,)),
        entry("a", 12, 11, (4,), (-1,)),
    ],
)
def test_a_tensor_stays_in_its_storage(tmp_path, wrong):
    path = write(tmp_path / "x.pth", collections.OrderedDict(w=wrong), {"a": NUMBERS})
    with pytest.raises(ValueError, match="leaves its storage of 12"):
        torch_file.read(path)


def test_no_other_name_is_admitted(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "made"),)

    path = tmp_path / "evil.pth"
    table = io.BytesIO()
    pickle.dump(Evil(), table, 2)
    with open(path, "wb") as file:
        for value in (torch_file.MAGIC, 1001, {}):
            pickle.dump(value, file, 2)
        file.write(table.getvalue())
    with pytest.raises(ValueError, match=r"asks for (posix|nt)\.mkdir, which is not admitted"):
        torch_file.read(path)
    assert not (tmp_path / "made").exists()


def test_a_file_cut_short_is_refused(tmp_path):
    table = collections.OrderedDict(w=entry("a", 12, 0, (12,), (1,)))
    path = write(tmp_path / "x.pth", table, {"a": NUMBERS})
    whole = path.read_bytes()
    for length in (len(whole) - 4, len(whole) - 50, 30, 0):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="not a whole weights file of PyTorch's old format"):
            torch_file.read(path)


def test_another_format_is_refused(tmp_path):
    path = write(tmp_path / "x.pth", collections.OrderedDict(), {}, magic=1)
    with pytest.raises(ValueError, match="the magic number is another"):
        torch_file.read(path)
    path.write_bytes(b"PK\x03\x04 a zip file, as PyTorch writes them today")
    with pytest.raises(ValueError, match="old format"):
        torch_file.read(path)
