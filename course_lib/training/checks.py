"""What arrays of examples and labels must be before a model trains on them."""

import inspect
import numbers
import warnings

import numpy as np

from course_lib.errors import integer, unknown_argument
from course_lib.ops.checks import as_numbers
from course_lib.training.several_arrays import Together
from course_lib.training.several_outputs import SumOfLosses, arranged

# Arguments of Keras' compile and fit that are not here, with the value that says the same.
NOT_HERE = {
    "auto_scale_loss": True,
    "jit_compile": "auto",
    "run_eagerly": False,
    "steps_per_execution": 1,
}
_NO_NAMES = ("self", "unknown")


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
    values = as_numbers(what, values)
    if values.ndim < 1 or not len(values):
        raise ValueError(f"{what} must hold at least one example, got shape {values.shape}.")
    no_nan(values, what)
    return values


def labels(model, loss, y, count, what="y", of="x"):
    """``y`` as an array with a label for each of ``count`` examples, as the loss needs them."""
    if y is None:
        raise TypeError(f"{what} must be an array of labels, got None.")
    if isinstance(loss, SumOfLosses):
        each = enumerate(zip(arranged(model, y, what), loss.each, model.outputs, strict=True))
        return Together(
            _labels(own, y, count, f"{what}[{place}]", of, tensor.shape)
            for place, (y, own, tensor) in each
        )
    return _labels(loss, y, count, what, of, model.output_shape)


def _labels(loss, y, count, what, of, shape):
    """The labels of one output."""
    y = as_numbers(what, y)
    if y.ndim < 1 or len(y) != count:
        raise ValueError(
            f"{of} and {what} must hold the same number of examples, got {count} in {of} "
            f"and {len(y) if y.ndim else 'a single number'} in {what}."
        )
    no_nan(y, what)
    return loss.check(y, shape)


def only_for_several_outputs(several, loss, loss_weights):
    """Refuse what says something of each output where the model has one."""
    if several:
        return
    if loss_weights is not None:
        raise ValueError(
            "compile: loss_weights say how much each of several outputs counts, and this model has "
            "one. Leave them out; a learning rate does the same."
        )
    if isinstance(loss, (dict, list, tuple)):
        raise ValueError(
            f"compile: loss must be one loss, since the model has one output, got {loss!r}."
        )


def doubtful(model, loss):
    """Warn where loss and last layer hardly say what was meant, as Keras does."""
    if isinstance(model.output_shape, list):
        return
    behind = loss.activation is not None and model.ends_with == loss.activation
    constant = []
    if model.output_shape[-1] == 1:
        if model.ends_with == "softmax":
            constant.append("softmax over one unit is always 1")
        if loss.activation == "softmax":
            constant.append(f"{loss.name} over one class is always 0")
    if constant:
        warnings.warn(
            f"{', and '.join(constant)}: the model's output has shape "
            f'{tuple(model.output_shape)}. For yes or no use Dense(1, activation="sigmoid") and '
            'the loss "binary_crossentropy".',
            stacklevel=4,
        )
    if loss.from_logits and behind:
        warnings.warn(
            f"{loss.name} has from_logits=True, but the model ends in {loss.activation}, whose "
            "outputs are no logits. Leave one of them out; here, as in Keras, the numbers before "
            f"the {loss.activation} are taken.",
            stacklevel=4,
        )


def no_nan(array, what):
    """ValueError that names the first NaN, if there is one."""
    if array.dtype.kind == "f" and np.isnan(np.min(array)):
        place = np.argwhere(np.isnan(array))[0]
        raise ValueError(
            f"{what} must hold no NaN, got NaN at index {tuple(map(int, place))}. "
            f"np.isnan({what}) finds all of them."
        )


def weights(sample_weight, class_weight, y, count, what="sample_weight"):
    """The weight of each example as an array, or None where all count alike.

    ``class_weight`` {class number: weight}; a class that is not in it weighs 1.
    """
    if sample_weight is not None and class_weight is not None:
        raise ValueError("fit: give class_weight or sample_weight, not both.")
    if class_weight is not None:
        return _of_classes(class_weight, y)
    if sample_weight is None:
        return None
    found = as_numbers(what, sample_weight)
    if found.ndim < 1 or len(found) != count:
        raise ValueError(
            f"{what} must hold a weight for each example, {count}, got shape {found.shape}."
        )
    no_nan(found, what)
    return found


def _of_classes(class_weight, y):
    entries = class_weight.items() if isinstance(class_weight, dict) else [(None, None)]
    for number, weight in entries:
        if not isinstance(number, numbers.Integral) or not isinstance(weight, numbers.Real):
            raise TypeError(
                "class_weight must be a dict {class number: weight}, such as {0: 1.0, 1: 5.0}, "
                f"got {class_weight!r}."
            )
    if y.ndim > 1:
        y = y.argmax(-1) if y.shape[-1] != 1 else y[..., 0]
    if y.ndim != 1:
        raise ValueError(
            f"class_weight needs one label per example, got labels of shape {y.shape}. Give "
            "sample_weight."
        )
    found = np.ones(len(y), np.float32)
    for number, weight in class_weight.items():
        found[np.rint(y) == number] = weight
    return found


def triple(value, what):
    """(x, y, sample_weight) of ``validation_data``; the last is None for a pair."""
    if not isinstance(value, (tuple, list)) or len(value) not in (2, 3):
        count = f"{len(value)} things" if isinstance(value, (tuple, list)) else type(value).__name__
        raise ValueError(f"{what} must be a pair (x, y) or (x, y, sample_weight), got {count}.")
    return (*value, None)[:3]


def split_off(arrays, share):
    """The ``arrays`` without the last ``share`` of the examples, and with only that; None stays."""
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 < share < 1:
        raise ValueError(f"validation_split must be a number between 0 and 1, got {share!r}.")
    count = len(arrays[0])
    place = int(np.floor(count * (1 - share)))
    if not 0 < place < count:
        raise ValueError(
            f"validation_split={share} leaves {place} of {count} examples for training and "
            f"{count - place} for validation; both need at least one."
        )
    cuts = slice(None, place), slice(place, None)
    return tuple(tuple(None if a is None else a[cut] for a in arrays) for cut in cuts)


def size(owner, what, value, default=32):
    """A batch size; None is the default."""
    return default if value is None else integer(owner, what, value, minimum=1)


def count(owner, what, value):
    """A number of batches, or None."""
    return None if value is None else integer(owner, what, value, minimum=1)


def stream_alone(owner, x, what="", **given):
    """ValueError where what a stream of batches has in it was given beside it."""
    for argument, value in given.items():
        if value is None:
            continue
        name = f"validation_{argument}" if what and argument == "batch_size" else argument
        reason = (
            "its batches have their own size"
            if argument == "batch_size"
            else "it hands out (x, y) or (x, y, sample_weight)"
        )
        raise ValueError(
            f"{owner}: {name} must not be given with {what or 'x '}as {type(x).__name__}: {reason}."
        )


def verbosity(value):
    """0, 1 or 2; "auto" is 1."""
    if value == "auto":
        return 1
    if value not in (0, 1, 2):
        raise ValueError(f'verbose must be 0, 1, 2 or "auto", got {value!r}.')
    return int(value)


def rounds(what, value):
    """A function that says whether a round, counted from 1, is one of those of ``value``.

    An integer n means every n-th, a list of numbers means those.
    """
    if isinstance(value, (list, tuple, set)):
        return set(value).__contains__
    every = integer("fit", what, value, minimum=1)
    return lambda number: number % every == 0


def no_more_arguments(owner, function, unknown):
    """TypeError for arguments that ``function`` has not, with those that it has."""
    if not unknown:
        return
    argument = next(iter(unknown))
    if argument in NOT_HERE:
        if unknown[argument] == NOT_HERE[argument] or unknown[argument] is None:
            return
        raise TypeError(
            f"{owner}: Keras has the argument {argument}, this library has it not. Leave it out."
        )
    known = [name for name in inspect.signature(function).parameters if name not in _NO_NAMES]
    raise unknown_argument(owner, argument, known)
