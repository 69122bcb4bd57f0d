"""The practice quizzes of the book: which questions they ask, and what a page gets of each.

A page judges by itself, so it gets the answers too. What is graded comes from `assignments`.
"""

import hashlib

from course_bank.catalogue import bank
from course_bank.core import forms
from course_bank.core.rendering import marked, minus, to_html
from course_lib.exercise import wording


def quiz(questions=None, topic=None, variants=5, seed=0, **kwargs):
    """The figure `course_lib.figures.Quiz` with questions of the bank.

    Args:
        questions: their ids; or topic: a topic of the bank, or several, whose questions are asked
            in the bank's order ("stride and padding" when nothing is said).
        variants: drawings of numbers that the reader can go through for each question.
        seed: of those drawings; every seed gives others.
        kwargs: further traits of the figure, such as title.

    Raises:
        ValueError: a question or topic that is none, or that a page cannot judge.
    """
    from course_lib.figures import Quiz

    ids = _chosen(topic, questions)
    if isinstance(variants, bool) or not isinstance(variants, int) or variants < 1:
        raise ValueError(f"quiz: variants must be a positive integer, got {variants!r}")
    drawn = [{"id": name, "variants": _variants(name, variants, seed)} for name in ids]
    # progress is kept under the questions themselves: another quiz has another key
    key = hashlib.sha256(" ".join(ids).encode()).hexdigest()[:12]
    return Quiz(questions=drawn, key=key, **kwargs)


def _chosen(topic, questions):
    """Ids of the questions asked for, each one that a page can judge."""
    if topic is not None and questions is not None:
        raise ValueError("quiz: give either topic or questions, not both")
    if questions is not None:
        unknown = [name for name in questions if name not in bank or not _judged(bank[name])]
        if unknown or not questions:
            raise ValueError(
                f"quiz: questions must be ids of the bank with a value as answer, got {unknown}"
            )
        return list(questions)
    topics = [topic] if isinstance(topic, str) else list(topic or ["stride and padding"])
    known = sorted({question.topic for question in bank.values()})
    unknown = [name for name in topics if name not in known]
    if unknown:
        raise ValueError(f"quiz: topic must be one of {', '.join(known)}, got {unknown[0]!r}")
    return [name for name, q in bank.items() if q.topic in topics and _judged(q)]


def _judged(question):
    return question.form in forms.FORMS and question.in_quiz


def _variants(name, count, seed):
    """Distinct drawings of one question; fewer than ``count`` where it has no more."""
    found = {}
    for n in range(4 * count):
        variant = page_data(bank[name].variant(f"quiz {seed} {n}"))
        found.setdefault(variant["prompt_html"], variant)
        if len(found) == count:
            break
    return list(found.values())


def page_data(variant):
    """A variant as JSON for the figure: the prompt and the steps as HTML, the values as numbers.

    Raises ValueError for a question answered by a function or a model: a page cannot judge it.
    """
    question = variant.question
    if question.hidden:
        raise ValueError(f"practice: {question.id} is answered by code, not by a value.")
    return {
        "id": question.id,
        "topic": question.topic,
        "teaches": question.teaches,
        "where": question.where,
        "prompt_html": to_html(variant.prompt),
        "form": question.form,
        "expects": (expects := question.expects or forms.FORMS[question.form].expects),
        "asked": wording.shape(expects),
        "length": wording.length(expects),
        "axes": wording.axes(expects),
        "tolerance": question.tolerance,
        "answer": variant.answer,
        "written": written(question.form, variant.answer),
        "choices": variant.choices
        and [{"letter": k, "html": to_html(v, inline=True)} for k, v in variant.choices.items()],
        "misconceptions": [
            {
                "name": wrong.name,
                "answer": wrong.answer,
                "message": wrong.message.replace("`", ""),
            }
            for wrong in variant.misconceptions
        ],
        "steps": [marked(minus(step)) for step in variant.steps],
    }


def written(form, answer):
    """An answer written out: numbers with four decimals at most, as in the worked steps."""
    if form in ("shape", "kernel"):
        return str(tuple(answer))
    if form in ("integer", "estimate"):
        return minus(f"{answer:,}")
    return minus(f"{round(answer, 4):g}") if form == "number" else str(answer)
