"""What arrays of examples and labels must be before a model trains on them."""

import numpy as np

from course_lib.errors import integer
from course_lib.layers.checks import real_array
from course_lib.training.together import Together


def examples(model, x, what="x"):
    """``x`` as an array of at least one example that fits the model; NaN is refused.

    For a model of several inputs: a list or dictionary of arrays, as `Together`.
    """
    if x is None:
        raise TypeError(f"{what} must be an array of examples, got None.")
    x = model.arrange(x)
    if model.takes_several:
        x = Together(one_array(array, f"{what}[{place}]") for place, array in enumerate(x))
        counts = [len(array) for array in x]
        if len(set(counts)) > 1:
            raise ValueError(
                f"{what} must hold arrays with the same number of examples, got "
                f"{' and '.join(map(str, counts))}."
            )
    else:
        x = one_array(x, what)
    if not model.built:
        model.build((None, *x.shape[1:]))
    model.check_input(x.shape)
    return x


def one_array(values, what):
    """``values`` as an array of at least one example, without NaN."""
    values = real_array(what, values)
    if values.ndim < 1 or not len(values):
        raise ValueError(f"{what} must hold at least one example, got shape {values.shape}.")
    no_nan(values, what)
    return values


def labels(model, loss, y, count, what="y", of="x"):
    """``y`` as an array with a label for each of ``count`` examples, as the loss needs them."""
    if y is None:
        raise TypeError(f"{what} must be an array of labels, got None.")
    y = real_array(what, y)
    if y.ndim < 1 or len(y) != count:
        raise ValueError(
            f"{of} and {what} must hold the same number of examples, got {count} in {of} "
            f"and {len(y) if y.ndim else 'a single number'} in {what}."
        )
    no_nan(y, what)
    return loss.check(y, model.output_shape)


def no_nan(array, what):
    """ValueError that names the first NaN, if there is one."""
    if array.dtype.kind == "f" and np.isnan(np.min(array)):
        place = np.argwhere(np.isnan(array))[0]
        raise ValueError(
            f"{what} must hold no NaN, got NaN at index {tuple(map(int, place))}. "
            f"np.isnan({what}) finds all of them."
        )


def pair(value, what):
    """(x, y) of ``validation_data``."""
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        count = f"{len(value)} things" if isinstance(value, (tuple, list)) else type(value).__name__
        raise ValueError(f"{what} must be a pair (x, y), got {count}.")
    return value


def split_off(x, y, share):
    """(x, y) and the last ``share`` of the examples, set aside before any shuffling."""
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 < share < 1:
        raise ValueError(f"validation_split must be a number between 0 and 1, got {share!r}.")
    place = int(np.floor(len(x) * (1 - share)))
    if not 0 < place < len(x):
        raise ValueError(
            f"validation_split={share} leaves {place} of {len(x)} examples for training and "
            f"{len(x) - place} for validation; both need at least one."
        )
    return (x[:place], y[:place]), (x[place:], y[place:])


def size(what, value, default=32):
    """A batch size; None is the default."""
    return default if value is None else integer("fit", what, value, minimum=1)


def verbosity(value):
    """0, 1 or 2; "auto" is 1."""
    if value == "auto":
        return 1
    if value not in (0, 1, 2):
        raise ValueError(f'verbose must be 0, 1, 2 or "auto", got {value!r}.')
    return int(value)
