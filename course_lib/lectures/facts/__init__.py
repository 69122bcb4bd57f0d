"""Every checkable fact of the five lecture documents, recomputed by the engine.

``FACTS`` maps the id of a fact to its `Fact`, in the order of the chapters. A test computes each;
the appendix of the book shows each, and the chapters link to it.
"""

from course_lib.lectures.facts import convolution
from course_lib.lectures.facts.fact import Fact, plain, show

__all__ = ["FACTS", "Fact", "plain", "show"]

_TOPICS = (convolution,)

FACTS = {fact.id: fact for topic in _TOPICS for fact in topic.FACTS}
