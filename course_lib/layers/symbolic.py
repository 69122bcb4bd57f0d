"""Symbolic tensors: what layers are called on while a model is drawn.

A symbolic tensor holds no numbers. It knows its shape and the `Call` that makes it: which layer,
called on which tensors. From the last tensors of a network a model walks back along the calls to
the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_lib.layers.base import Layer


class Call:
    """One call of a layer on symbolic tensors: ``layer``, ``inputs`` and ``outputs``, in order."""

    def __init__(self, layer, inputs, shapes, dtype):
        self.layer = layer
        self.inputs = tuple(inputs)
        self.outputs = tuple(SymbolicTensor(shape, dtype, self) for shape in shapes)


class SymbolicTensor:
    """Stands for an array that a model will see: its shape, and which layer makes it from what.

    ``shape`` starts with None, the batch size. ``layer`` makes it, ``sources`` are the tensors
    that the layer was called on (none for an `Input`). ``x + y``, ``x - y`` and ``x * y`` are the
    layers `Add`, `Subtract` and `Multiply`.
    """

    __array_ufunc__ = None

    def __init__(self, shape: tuple, dtype: str, call: Call) -> None:
        self.shape = tuple(shape)
        self.dtype = dtype
        self.call = call

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def layer(self) -> Layer:
        return self.call.layer

    @property
    def sources(self) -> tuple:
        return self.call.inputs

    def __repr__(self):
        return f"<SymbolicTensor shape={self.shape} from {self.layer.name}>"

    def __add__(self, other):
        return self._merged("Add", other)

    def __sub__(self, other):
        return self._merged("Subtract", other)

    def __mul__(self, other):
        return self._merged("Multiply", other)

    def _merged(self, kind, other):
        from course_lib.layers import merging

        if not isinstance(other, SymbolicTensor):
            self._no_arithmetic()
        return getattr(merging, kind)()([self, other])

    def _no_arithmetic(self, *others):
        raise TypeError(
            f"{self!r} holds no numbers, so it cannot be calculated with. Call a layer on it, "
            "layer(tensor). Two tensors can be added, subtracted and multiplied; for a number "
            "there is the layer Rescaling(scale, offset)."
        )

    __radd__ = __rsub__ = __rmul__ = _no_arithmetic
    __truediv__ = __rtruediv__ = __matmul__ = __neg__ = __getitem__ = __len__ = _no_arithmetic
    __array__ = __iter__ = __float__ = _no_arithmetic
