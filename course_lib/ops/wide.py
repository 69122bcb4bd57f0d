"""Wide kernels: a kernel written once for each of some neighbouring places into a larger one.

Where a kernel of 3 stands at two places side by side it reads 4 cells. A kernel of 4 that holds it
twice, shifted, with zeros around, has the outputs of both places at once: twice the filters, at a
stride of 2. That takes a few products with zeros; but cells that both places read are copied once,
and where there are few filters or channels, a matrix product that was thin becomes wide.

Letters as in `ops.windows`; ``group`` is the size of a group of places, one number per axis.
"""

from math import prod

import numpy as np

from course_lib.ops.windows import pooled_size


def wide_window(window, group):
    """The `Windows` of the wide kernel over whole groups.

    An axis where a group has more than one place must have stride and dilation rate 1.
    """
    size = tuple(k + g - 1 for k, g in zip(window.kernel_size, group, strict=True))
    strides = tuple(s * g for s, g in zip(window.strides, group, strict=True))
    return window._replace(kernel_size=size, strides=strides, outputs=pooled_size(window, group))


def wide_kernel(kernel, group):
    """(*kernel_size, c, f) to (*(kernel_size + group - 1), c, places * f), zeros included."""
    *sizes, channels, filters = kernel.shape
    grown = [k + g - 1 for k, g in zip(sizes, group, strict=True)]
    wide = np.zeros((*grown, channels, prod(group), filters), kernel.dtype)
    _places(wide, group)[...] = kernel
    return wide.reshape(*grown, channels, -1)


def wide_kernel_backward(grad_wide, group):
    """Gradient of the kernel: the sum over its places in the wide one."""
    *grown, channels, _ = grad_wide.shape
    apart = grad_wide.reshape(*grown, channels, prod(group), -1)
    return _places(np.ascontiguousarray(apart), group).sum(tuple(range(len(group))))


def _places(wide, group):
    """Where the kernel stands for each place of a group: a view (*group, *kernel_size, c, f).

    From one place of the group to the next it is one cell further, and the next filters' numbers.
    """
    *grown, channels, _, filters = wide.shape
    *cells, channel, place, number = wide.strides
    sizes = [n - g + 1 for n, g in zip(grown, group, strict=True)]
    further = [c + place * prod(group[axis + 1 :]) for axis, c in enumerate(cells)]
    shape, strides = (*group, *sizes, channels, filters), (*further, *cells, channel, number)
    return np.ndarray(shape, wide.dtype, wide, 0, strides)
