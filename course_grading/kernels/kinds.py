"""The kinds of kernel: with NumPy alone, or with Keras too."""

import re

_KERAS = re.compile(r"^\s*(?:import|from)\s+(?:tensorflow|keras)\b", re.MULTILINE)


def of(cells):
    """The kind that the cells of an instructor's notebook need: "numpy" or "keras"."""
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return "keras" if _KERAS.search(code) else "numpy"
