"""Merging layers: where branches of a network come together.

`Add`, `Subtract`, `Multiply`, `Average` and `Maximum` work number by number on inputs of one
shape; an axis of size 1 is repeated as often as the others need. `Concatenate` lays its inputs side
by side along one axis. None of them has weights. Each has a function of the same name in small
letters: ``add([x, y])`` is ``Add()([x, y])``.
"""

from itertools import accumulate

import numpy as np

from course_lib.errors import integer
from course_lib.layers.base import Layer
from course_lib.layers.checks import axis_of_input
from course_lib.layers.symbolic import SymbolicTensor


class _Merge(Layer):
    """What merging layers share: they are called on a list."""

    takes_several = True

    def arrange(self, inputs: list) -> list:
        if not isinstance(inputs, (list, tuple)) or not inputs:
            got = "an empty list" if isinstance(inputs, (list, tuple)) else type(inputs).__name__
            raise ValueError(
                f"{self.label}: must be called on a list of tensors or arrays, "
                f"{type(self).__name__}()([x, y]), got {got}."
            )
        return list(inputs)

    def cast(self, inputs: list) -> list[np.ndarray]:
        return [super(_Merge, self).cast(array) for array in inputs]

    def check_input(self, shape: list[tuple]) -> None:
        self.compute_output_shape(shape)


class _Elementwise(_Merge):
    """Merging number by number."""

    def compute_output_shape(self, input_shape: list[tuple]) -> tuple:
        rank = max(map(len, input_shape))
        sizes = zip(*(_expanded(shape, rank) for shape in input_shape), strict=True)
        merged = [_common_size(axis) for axis in sizes]
        if "differ" in merged:
            raise ValueError(
                f"{self.label}: inputs must have the same shape (an axis of size 1 is repeated), "
                f"got {_listed(input_shape)}."
            )
        return tuple(merged)

    def forward(
        self, inputs: list[np.ndarray], training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple:  # fmt: skip
        rank = max(array.ndim for array in inputs)
        spread = [array.reshape(_expanded(array.shape, rank)) for array in inputs]
        return self.merge(spread), inputs

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        if not need_input_gradient:
            return None, {}
        rank = grad_outputs.ndim
        spread = [array.reshape(_expanded(array.shape, rank)) for array in cache]
        grads = self.merge_backward(grad_outputs, spread)
        pairs = zip(grads, spread, cache, strict=True)
        return [_summed(g, wide.shape).reshape(array.shape) for g, wide, array in pairs], {}

    def explain_shape(self, input_shape: list[tuple]) -> list[str]:
        return [f"number by number, {self.sign.join(map(str, (s[1:] for s in input_shape)))}"]


class Add(_Elementwise):
    """The sum of its inputs, number by number: what closes a residual block."""

    sign = " + "

    def merge(self, inputs: list[np.ndarray]) -> np.ndarray:
        total = inputs[0] + inputs[1] if len(inputs) > 1 else inputs[0].copy()
        for array in inputs[2:]:
            total = total + array
        return total

    def merge_backward(
        self, grad_outputs: np.ndarray, inputs: list[np.ndarray]
    ) -> list[np.ndarray]:
        return [grad_outputs] * len(inputs)


class Subtract(_Elementwise):
    """The first input minus the second."""

    sign = " - "

    def check_input(self, shape: list[tuple]) -> None:
        if len(shape) != 2:
            raise ValueError(f"{self.label}: must be called on exactly 2 inputs, got {len(shape)}.")
        super().check_input(shape)

    def merge(self, inputs: list[np.ndarray]) -> np.ndarray:
        return inputs[0] - inputs[1]

    def merge_backward(
        self, grad_outputs: np.ndarray, inputs: list[np.ndarray]
    ) -> list[np.ndarray]:
        return [grad_outputs, -grad_outputs]


class Multiply(_Elementwise):
    """The product of its inputs, number by number."""

    sign = " * "

    def merge(self, inputs: list[np.ndarray]) -> np.ndarray:
        product = inputs[0].copy()
        for array in inputs[1:]:
            product = product * array
        return product

    def merge_backward(
        self, grad_outputs: np.ndarray, inputs: list[np.ndarray]
    ) -> list[np.ndarray]:
        """Each input's gradient is that of the outputs times all other inputs."""
        grads = []
        for place in range(len(inputs)):
            grad = grad_outputs
            for array in inputs[:place] + inputs[place + 1 :]:
                grad = grad * array
            grads.append(grad)
        return grads


class Average(_Elementwise):
    """The mean of its inputs, number by number."""

    sign = " and "

    def merge(self, inputs: list[np.ndarray]) -> np.ndarray:
        total = Add.merge(self, inputs)
        return total / total.dtype.type(len(inputs))

    def merge_backward(
        self, grad_outputs: np.ndarray, inputs: list[np.ndarray]
    ) -> list[np.ndarray]:
        return [grad_outputs / grad_outputs.dtype.type(len(inputs))] * len(inputs)


class Maximum(_Elementwise):
    """The largest of its inputs, number by number. Of equal ones the first gets the gradient."""

    sign = " and "

    def merge(self, inputs: list[np.ndarray]) -> np.ndarray:
        largest = inputs[0].copy()
        for array in inputs[1:]:
            largest = np.maximum(largest, array)
        return largest

    def merge_backward(
        self, grad_outputs: np.ndarray, inputs: list[np.ndarray]
    ) -> list[np.ndarray]:
        largest = self.merge(inputs)
        grads, rest = [], grad_outputs
        for array in inputs:
            taken = rest * (array == largest)
            grads.append(taken)
            rest = rest - taken
        return grads


class Concatenate(_Merge):
    """Its inputs side by side along ``axis``; the other axes must have the same sizes."""

    def __init__(self, axis: int = -1, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.axis = integer("Concatenate", "axis", axis)

    def compute_output_shape(self, input_shape: list[tuple]) -> tuple:
        axis = axis_of_input(self.label, self.axis, input_shape[0])
        others = [(*shape[:axis], *shape[axis + 1 :]) for shape in input_shape]
        kept = [_same_size(sizes) for sizes in zip(*others, strict=False)]
        if len({*map(len, others)}) > 1 or "differ" in kept:
            raise ValueError(
                f"{self.label}: inputs must have the same sizes on every axis but {self.axis}, "
                f"got {_listed(input_shape)}."
            )
        sizes = [shape[axis] for shape in input_shape]
        return (*kept[:axis], None if None in sizes else sum(sizes), *kept[axis:])

    def forward(
        self, inputs: list[np.ndarray], training: bool = False,
        rng: np.random.Generator | None = None,
    ) -> tuple:  # fmt: skip
        axis = axis_of_input(self.label, self.axis, inputs[0].shape)
        cuts = list(accumulate(array.shape[axis] for array in inputs))[:-1]
        return np.concatenate(inputs, axis), (cuts, axis)

    def backward(
        self, grad_outputs: np.ndarray, cache: object, need_input_gradient: bool = True
    ) -> tuple:
        if not need_input_gradient:
            return None, {}
        return [np.ascontiguousarray(grad) for grad in np.split(grad_outputs, *cache)], {}

    def explain_shape(self, input_shape: list[tuple]) -> list[str]:
        axis = axis_of_input(self.label, self.axis, input_shape[0])
        sizes = " + ".join(str(shape[axis]) for shape in input_shape)
        total = self.compute_output_shape(input_shape)[axis]
        return [f"axis {axis}: {sizes} = {total}"]


def add(inputs: list, **kwargs: object) -> np.ndarray | SymbolicTensor:
    """`Add` as a function: the sum of a list of tensors or arrays."""
    return Add(**kwargs)(inputs)


def subtract(inputs: list, **kwargs: object) -> np.ndarray | SymbolicTensor:
    """`Subtract` as a function: the first of two tensors or arrays minus the second."""
    return Subtract(**kwargs)(inputs)


def multiply(inputs: list, **kwargs: object) -> np.ndarray | SymbolicTensor:
    """`Multiply` as a function: the product of a list of tensors or arrays."""
    return Multiply(**kwargs)(inputs)


def average(inputs: list, **kwargs: object) -> np.ndarray | SymbolicTensor:
    """`Average` as a function: the mean of a list of tensors or arrays."""
    return Average(**kwargs)(inputs)


def maximum(inputs: list, **kwargs: object) -> np.ndarray | SymbolicTensor:
    """`Maximum` as a function: the largest of a list of tensors or arrays."""
    return Maximum(**kwargs)(inputs)


def concatenate(inputs: list, axis: int = -1, **kwargs: object) -> np.ndarray | SymbolicTensor:
    """`Concatenate` as a function: a list of tensors or arrays side by side along ``axis``.

    >>> concatenate([np.ones((1, 2)), np.zeros((1, 1))])
    array([[1., 1., 0.]], dtype=float32)
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


def _expanded(shape, rank):
    """The shape with axes of size 1 after the batch, until it has ``rank`` axes."""
    return (shape[0], *(1,) * (rank - len(shape)), *shape[1:])


def _common_size(sizes):
    """`_same_size` where an axis of size 1 is repeated."""
    return _same_size([size for size in sizes if size != 1] or [1])


def _same_size(sizes):
    """The size that axes have together: None if one is not known, "differ" if there is none."""
    known = {*sizes} - {None}
    if len(known) > 1:
        return "differ"
    return None if None in sizes else known.pop()


def _summed(grad, shape):
    """The gradient of an array of ``shape`` that was repeated along its axes of size 1."""
    axes = tuple(i for i, (n, m) in enumerate(zip(grad.shape, shape, strict=True)) if n != m)
    return grad.sum(axes, keepdims=True) if axes else grad


def _listed(shapes):
    return " and ".join(str(tuple(shape)) for shape in shapes)
