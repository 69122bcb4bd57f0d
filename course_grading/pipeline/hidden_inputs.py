"""Questions whose probe shows the student's code inputs that nobody may take home.

They are asked last, of a copy of the kernel (see `kernels.runner`); what comes back is judged, and
none of it is told: a student's function may return its inputs, or raise them. The feedback tells
one input, the smallest on which a function failed; the next hand-in is tried on others.
"""

import builtins
import re

from course_grading.pipeline.closed_libraries import REFUSALS

_TOLD = {f"ImportError: {sentence}" for sentence in REFUSALS.values()}
_ERROR = re.compile(r"(?:(?P<which>\w{1,60}) stops with )?(?P<kind>\w{1,60})(?::|$)")


def has_hidden_inputs(variant):
    """Whether the question's probe brings inputs that follow from the secret."""
    return variant.hidden is not None and variant.draws_inputs


def without_texts(values, prompt=""):
    """What a probe emitted, with no words of the student's code: errors keep their kind alone."""
    return {
        name: kind_of_error(str(value), prompt) if name.startswith("error") else value
        for name, value in values.items()
    }


def kind_of_error(text, prompt=""):
    """Of "IndexError: index 5 is out of ..." the "IndexError", if it is one of Python's own.

    Before it may stand which function stopped, if ``prompt`` names that function. That a library
    is closed is told whole: it is one of a few sentences, word for word, with nothing added.
    """
    found = _ERROR.match(text)
    known = getattr(builtins, found["kind"], None) if found else None
    kind = "an error of its own kind."
    if isinstance(known, type) and issubclass(known, Exception):
        kind = f"{found['kind']}."
    if found and (told := text[found.start("kind") :]) in _TOLD:
        kind = told
    if found and found["which"] and found["which"] in re.findall(r"\w+", prompt):
        return f"{found['which']} stops with {kind}"
    return kind
