"""The kinds of kernel: with NumPy alone, or with Keras too."""

import re

_KERAS = re.compile(r"^\s*(?:import|from)\s+(?:tensorflow|keras)\b", re.MULTILINE)


def of(cells):
    """The kind that the cells of an instructor's notebook need: "numpy" or "keras"."""
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return "keras" if _KERAS.search(code) else "numpy"


_TRAINS = re.compile(r"\bfit\b|\btrain_on_batch\b|\bGradientTape\b")
_WITHOUT_MACHINE_CODE = "__import__('os').environ['TENSORFLOW_USE_CUSTOM_CONTRACTION_KERNEL'] = '0'"


def beginning(kind, sources):
    """Code that a kernel runs before the cells with these sources; may be empty.

    The first product of TensorFlow in a kernel waits for machine code that is made for products,
    25 ms. With that code a training is some 5 % shorter; where nothing is trained it is left out.
    """
    trains = any(_TRAINS.search(source) for source in sources)
    return _WITHOUT_MACHINE_CODE if kind == "keras" and not trains else ""
