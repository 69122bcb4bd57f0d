"""Reading a weights file of PyTorch's old format with the standard library and NumPy.

Such a file is five pickles one after the other: a magic number, a protocol number, facts about the
machine, the table of tensors, the keys of their storages. Behind them stand the storages: for each
key, in order, a count of 8 bytes and then so many raw numbers.

A pickle is a small program, and loading one from a stranger may run anything. The `Unpickler` here
admits two names, by which the table is written, and the names of kinds of number, which stay words;
every other name is an error. Nothing of PyTorch is imported, and nothing in the file is executed.
"""

import pickle
from collections import OrderedDict
from typing import NamedTuple

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
# What unpickling and the steps after it raise on a file that is not what it should be.
_DAMAGE = (
    pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, KeyError, IndexError,
)  # fmt: skip


class Tensor(NamedTuple):
    """Where a tensor's numbers are: in which storage, from which number on, in which shape."""

    storage: tuple  # ("storage", name of its kind, key, device, count, view)
    offset: int
    shape: tuple
    strides: tuple
    requires_grad: bool = False
    hooks: object = None


_NAMES = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): Tensor,
}


class _Unpickler(pickle.Unpickler):
    """Two names are admitted; the kinds of storage stay the words that they are."""

    def find_class(self, module, name):
        if module == "torch" and name in DTYPES:
            return name
        if (module, name) not in _NAMES:
            raise ValueError(f"read: the file asks for {module}.{name}, which is not admitted.")
        return _NAMES[module, name]

    def persistent_load(self, pid):
        return pid


def read(path):
    """{name: array} of the tensors in the file ``path``, in the file's order.

    Raises:
        ValueError: the file is of another format, is cut short, or asks for a name that a table
            of tensors does not need.
    """
    with open(path, "rb") as file:
        try:
            if _Unpickler(file).load() != MAGIC:
                raise ValueError("the magic number is another")
            _protocol, _machine, tensors, keys = (_Unpickler(file).load() for _ in range(4))
            kinds = {tensor.storage[2]: tensor.storage[1] for tensor in tensors.values()}
            storages = {key: _storage(file, DTYPES[kinds[key]]) for key in keys}
            return {name: _array(tensor, storages) for name, tensor in tensors.items()}
        except _DAMAGE as error:
            raise ValueError(
                f"read: {path} is not a whole weights file of PyTorch's old format: {error}"
            ) from error


def _storage(file, dtype):
    (count,) = np.frombuffer(file.read(8), "<i8")
    array = np.frombuffer(file.read(int(count) * dtype.itemsize), dtype)
    if array.size != count:
        raise ValueError(f"a storage of {count} numbers ends after {array.size}")
    return array


def _array(tensor, storages):
    """A view of the tensor's numbers; a step that would leave its storage is an error."""
    whole = storages[tensor.storage[2]]
    steps = zip(tensor.shape, tensor.strides, strict=True)
    last = tensor.offset + sum((size - 1) * step for size, step in steps)
    if min(tensor.offset, *tensor.shape, *tensor.strides, 0) < 0 or last >= whole.size:
        raise ValueError(f"a tensor of shape {tensor.shape} leaves its storage of {whole.size}")
    strides = [step * whole.itemsize for step in tensor.strides]
    return np.lib.stride_tricks.as_strided(
        whole[tensor.offset :], tensor.shape, strides, writeable=False
    )
