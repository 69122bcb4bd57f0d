"""The practice quiz: questions of the bank, answered and explained in the page."""

import hashlib
import html

import traitlets as t

from course_lib.figures.interactive.base import Figure

_FORMS = ("integer", "number", "shape", "array", "choice", "text")


class Quiz(Figure):
    """Practice with feedback that names the mistake; nothing is graded or sent anywhere.

    topic: a topic of the bank, or several, whose questions are asked in the bank's order
    ("stride and padding" when nothing is said); or questions: their ids. variants: drawings of
    numbers that the reader can go through for each question. seed: of those drawings; every seed
    gives others. title: what the quiz is called.

    The questions travel to the page as a list of ``{"id", "variants"}``, each variant as
    ``Variant.as_dict()`` gives it.
    """

    name = "quiz"

    questions = t.List(t.Dict()).tag(sync=True)
    key = t.Unicode().tag(sync=True)
    title = t.Unicode("Practice quiz").tag(sync=True)

    def __init__(self, topic=None, questions=None, variants=5, seed=0, **kwargs):
        ids = _chosen(topic, questions)
        if isinstance(variants, bool) or not isinstance(variants, int) or variants < 1:
            raise ValueError(f"Quiz: variants must be a positive integer, got {variants!r}")
        drawn = [{"id": name, "variants": _variants(name, variants, seed)} for name in ids]
        # progress is kept under the questions themselves: another quiz has another key
        key = hashlib.sha256(" ".join(ids).encode()).hexdigest()[:12]
        super().__init__(questions=drawn, key=key, **kwargs)

    def room(self):
        first = self.questions[0]["variants"][0]
        rows = first["prompt_html"].count("<tr")
        choices = len(first["choices"] or ()) + 2 * (first["form"] == "array")
        lines = len(first["prompt_html"]) / (100 if rows == 0 else 400)
        return (
            375 + 29 * rows + 30 * choices + 14 * lines,
            500 + 29 * rows + 44 * choices + 28 * lines,
        )

    def fallback(self):
        items = "".join(f"<li>{_item(question['variants'][0])}</li>" for question in self.questions)
        count = len(self.questions)
        return (
            f"<p>{html.escape(self.title)}: with JavaScript, this place asks the questions below "
            "one by one, with new numbers as often as you like, and says what a wrong answer "
            f"comes from.</p><details><summary>{count} questions, with worked solutions"
            f"</summary><ol>{items}</ol></details>"
        )


def _chosen(topic, questions):
    """Ids of the questions asked for, each one that a page can judge."""
    from course_bank import bank

    if topic is not None and questions is not None:
        raise ValueError("Quiz: give either topic or questions, not both")
    if questions is not None:
        unknown = [name for name in questions if name not in bank or bank[name].form not in _FORMS]
        if unknown or not questions:
            raise ValueError(
                f"Quiz: questions must be ids of the bank with a value as answer, got {unknown}"
            )
        return list(questions)
    topics = [topic] if isinstance(topic, str) else list(topic or ["stride and padding"])
    known = sorted({question.topic for question in bank.values()})
    unknown = [name for name in topics if name not in known]
    if unknown:
        raise ValueError(f"Quiz: topic must be one of {', '.join(known)}, got {unknown[0]!r}")
    return [name for name, q in bank.items() if q.topic in topics and q.form in _FORMS]


def _variants(name, count, seed):
    """Distinct drawings of one question; fewer than ``count`` where it has no more."""
    from course_bank import bank

    found = {}
    for n in range(4 * count):
        variant = bank[name].variant(f"quiz {seed} {n}").as_dict()
        found.setdefault(variant["prompt_html"], variant)
        if len(found) == count:
            break
    return list(found.values())


def _shown(form, answer):
    """An answer as showAnswer in quiz_answers.js writes it out: four decimals at most."""
    from course_bank.rendering import minus

    if form == "shape":
        return str(tuple(answer))
    if form == "integer":
        return minus(f"{answer:,}")
    return minus(f"{round(answer, 4):g}") if form == "number" else str(answer)


def _item(variant):
    """One question without JavaScript: the prompt, and the solution to unfold."""
    choices = "".join(
        f"<li>{choice['letter']}) {choice['html']}</li>" for choice in variant["choices"] or ()
    )
    steps = "".join(f"<li>{step}</li>" for step in variant["steps"])
    answer = html.escape(_shown(variant["form"], variant["answer"]))
    prompt = variant["prompt_html"].replace("<th></th>", "<td></td>")
    return (
        prompt
        + (f"<ul>{choices}</ul>" if choices else "")
        + f"<details><summary>Worked solution</summary><ol>{steps}</ol>"
        + f"<p>Answer: {answer}</p></details>"
    )
