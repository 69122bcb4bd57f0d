"""The bank: every question by its id, in the order of the book; and an instructor's own beside it.

An instructor's own questions and assignments stand in one file of the course folder,
``own_questions.py``. They are declared like the bank's, and belong to that course alone.
"""

import importlib.util
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from course_bank.assignments.assignment import Assignment
from course_bank.assignments.problem_sets import problem_sets
from course_bank.core.question import Question
from course_bank.topics import (
    activation,
    architectures,
    backward_pass,
    channels_and_filters,
    convolution,
    convolution_cost,
    design,
    dimensions,
    dropout_and_normalisation,
    fast_convolution,
    from_scratch,
    mnist,
    model_summary,
    parameters,
    photographs,
    pixel_matching,
    playground,
    pooling,
    receptive_field,
    residual_networks,
    stride_and_padding,
    training_clinic,
    transfer,
    weight_sharing,
)

CHAPTERS = (
    pixel_matching,
    convolution,
    stride_and_padding,
    channels_and_filters,
    activation,
    pooling,
    parameters,
    model_summary,
    receptive_field,
    weight_sharing,
    dimensions,
    dropout_and_normalisation,
    training_clinic,
    architectures,
    residual_networks,
    convolution_cost,
    photographs,
    backward_pass,
    fast_convolution,
    playground,
    from_scratch,
    mnist,
    design,
    transfer,
)


def collect(modules):
    """{id: Question} of the modules' ``QUESTIONS``; an id that comes twice is an error."""
    found = {}
    for module in modules:
        for question in module.QUESTIONS:
            if question.id in found:
                raise ValueError(f"two questions have the id {question.id!r}")
            found[question.id] = question
    return found


bank = MappingProxyType(collect(CHAPTERS))


OWN_FILE = "own_questions.py"


class OwnQuestionsError(ValueError):
    """The instructor's own file cannot be used; the text says why."""


@dataclass(frozen=True)
class Catalogue:
    """{id: Question} and {id: Assignment} of a course."""

    questions: Mapping
    assignments: Mapping


COMMON = Catalogue(bank, problem_sets)


def of_course(folder):
    """The `Catalogue` of the course in ``folder``: the bank's, and what ``own_questions.py`` adds.

    Raises:
        OwnQuestionsError: that file cannot be run, or declares what cannot be used.
    """
    path = Path(folder) / OWN_FILE
    if not path.is_file():
        return COMMON
    module = _run(path)
    questions = _added(path, "QUESTIONS", module, Question, bank)
    assignments = _added(path, "ASSIGNMENTS", module, Assignment, problem_sets)
    for listed in assignments.values():
        unknown = [name for name in listed.questions if name not in questions]
        if unknown:
            raise OwnQuestionsError(
                f"{path}: the assignment {listed.id} lists {unknown[0]!r}, which is no question "
                "of the bank or of this file."
            )
    return Catalogue(MappingProxyType(questions), MappingProxyType(assignments))


def _run(path):
    spec = importlib.util.spec_from_file_location("own_questions", path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
        line = getattr(error, "lineno", None) or (frames[-1].lineno if frames else "?")
        raise OwnQuestionsError(f"{path}, line {line}: {type(error).__name__}: {error}") from None
    return module


def _added(path, name, module, kind, known):
    """The known entries and those that the file declares under ``name``."""
    declared, added = getattr(module, name, ()), dict(known)
    for one in declared:
        if not isinstance(one, kind):
            raise OwnQuestionsError(
                f"{path}: {name} must list objects of the class {kind.__name__}, got {one!r:.80}."
            )
        if one.id in added:
            raise OwnQuestionsError(f"{path}: the id {one.id!r} is taken; choose another one.")
        added[one.id] = one
    return added
