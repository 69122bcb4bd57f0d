"""Every checkable fact of the five lecture documents, recomputed by the engine.

``FACTS`` maps the id of a fact to its `Fact`, in the order of the chapters. A test computes each;
the appendix of the book shows each, and the chapters link to it.
"""

from course_lib.lectures.facts import (
    activation,
    channels,
    convolution,
    dimensions,
    models,
    parameters,
    pixels,
    pooling,
    receptive,
    sizes,
)
from course_lib.lectures.facts.fact import Fact, plain, show

__all__ = ["FACTS", "TOPICS", "Fact", "plain", "show"]

_MODULES = (
    pixels,
    convolution,
    sizes,
    channels,
    activation,
    pooling,
    parameters,
    receptive,
    dimensions,
    models,
)

FACTS = {fact.id: fact for module in _MODULES for fact in module.FACTS}
TOPICS = list(dict.fromkeys(fact.topic for fact in FACTS.values()))
