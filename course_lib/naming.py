"""The names that layers, models and optimizers get by themselves, as Keras gives them."""

import re
from collections import Counter

_names = Counter()


def unique_name(class_name):
    """Keras' automatic names: Conv2D makes conv2d, conv2d_1, conv2d_2, ..."""
    base = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", class_name)
    base = re.sub("([a-z])([A-Z])", r"\1_\2", base).lower()
    count = _names[base]
    _names[base] += 1
    return f"{base}_{count}" if count else base
