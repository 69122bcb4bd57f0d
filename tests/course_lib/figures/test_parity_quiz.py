"""The quiz's verdicts, and how it reads what people write, against the bank."""

import numpy as np

from course_bank import bank
from course_bank.core import forms
from course_bank.practice import page_data
from course_lib.exercise.forms import check_form
from tests.course_lib.figures.javascript import call
from tests.course_lib.figures.test_parity import CASES, _rng

SIZES = ("shape", "kernel")
VALUES = [
    q
    for q in bank.values()
    if q.form in ("integer", "number", "estimate", *SIZES, "array", "choice", "text")
]


def _written(value, form):
    """An answer as a reader may type it."""
    if form in SIZES:
        return (
            f"({', '.join(map(str, value))},)" if len(value) == 1 else " x ".join(map(str, value))
        )
    return str(value)


def test_verdicts_are_those_of_the_bank(tmp_path):
    """Right answers, every named mistake, and other values: the page judges as the grader does."""
    rng, cases, expected = _rng("verdicts"), [], []
    for question in VALUES:
        for seed in range(2):
            variant = question.variant(f"parity {seed}")
            payload = page_data(variant)
            values = [variant.answer, *(m.answer for m in variant.misconceptions)]
            values += [_spoiled(rng, v, question.form) for v in values[:1] for _ in range(2)]
            if question.form in SIZES:  # a batch of one, and what may look like it
                values += [[batch, *variant.answer] for batch in (1, 2)]
            for value in values:
                text = _written(value, question.form)
                cases.append([payload, text])
                verdict = question.grade(variant, {"value": value})
                expected.append((verdict.credit == 1.0, verdict.misconception))
    assert len(cases) >= 200
    results = call("quiz_answers.js", "judge", cases, tmp_path)
    for (payload, text), got, (right, name) in zip(cases, results, expected, strict=True):
        assert (got["state"] == "right") == right, (payload["id"], text, got)
        assert got["misconception"] == name, (payload["id"], text, got)
        if not right and name is None:
            assert got["state"] == "wrong"


def _spoiled(rng, value, form):
    """A value of the same form that is most likely wrong."""
    if form == "choice":
        return str(rng.choice(list("abc")))
    if form == "text":
        return "something else"
    if form == "estimate":
        return int(value * 10.0 ** rng.integers(4, 6))
    if form in SIZES:
        return [v + int(rng.integers(0, 3)) for v in value]
    off = rng.integers(1, 5) if form == "integer" else rng.normal()
    return (np.array(value) + off).tolist()


def test_ways_of_writing_are_read_alike(tmp_path):
    """Shapes and numbers as people write them, against the bank's own reader."""
    rng, cases, expected = _rng("writing"), [], []
    for _ in range(CASES):
        sizes = [int(v) for v in rng.integers(1, 300, rng.integers(1, 5))]
        joint = str(rng.choice([", ", ",", " x ", "x", " × ", " ", "*"]))
        inner = joint.join(map(str, sizes))
        first = "None" + joint if rng.random() < 0.3 else ""
        left, right = [("(", ")"), ("[", "]"), ("", "")][rng.integers(3)]
        text = f"{left}{first}{inner}{right}"
        cases.append([{"form": "shape"}, text])
        expected.append(list(forms.FORMS["shape"].read(text)))
    for _ in range(CASES):
        number = [int(rng.integers(-5000, 5_000_000)), round(float(rng.normal(0, 100)), 3)][
            rng.integers(2)
        ]
        text = str(
            rng.choice([f"{number}", f"{number:,}", f" {number} ", f"{number}".replace("-", "−")])
        )
        if text.count(",") == 1 or "." in text:  # one comma may stand for decimals: see below
            text = text.replace(",", "")
        cases.append([{"form": "number"}, text])
        expected.append(forms.FORMS["number"].read(text))
    for case, got, want in zip(
        cases, call("quiz_answers.js", "readAnswer", cases, tmp_path), expected, strict=True
    ):
        assert got == {"value": want}, case


def test_sentences_on_the_form_are_those_of_the_bank(tmp_path):
    """What is said of commas, of too few numbers, and of tables of another shape."""
    cases, expected = [], []
    for form, text in (("number", "0,583"), ("number", "1,5"), ("number", "14,873")):
        cases.append([{"form": form}, text])
        expected.append(check_form(form, text))
    for question in VALUES:
        payload = page_data(question.variant("sentences"))
        if question.form in SIZES:
            values = [(4,), (4, 5), (4, 5, 6), (4, 5, 6, 7), (None, 4, 5, 6)]
        elif question.form == "array":
            values = [[1, 2], [[1, 2], [3, 4]], [[1, 2, 3], [4, 5, 6]], [[1], [2, 3]]]
        else:
            continue
        for value in values:
            verdict = question.grade(question.variant("sentences"), {"value": value})
            if verdict.misconception in (None, "form") and "Yours" in verdict.message:
                cases.append([payload, str(value)])
                expected.append(verdict.message.split(" Look again")[0])
    assert len(cases) > 60
    for case, got, want in zip(
        cases, call("quiz_answers.js", "judge", cases, tmp_path), expected, strict=True
    ):
        assert got["message"].removeprefix("Not right. ") == want, case


def test_too_few_decimals_are_told_as_the_bank_tells_it(tmp_path):
    cases, expected = [], []
    for question in (q for q in VALUES if q.form == "number"):
        for seed in range(4):
            variant = question.variant(f"decimals {seed}")
            for value in (round(variant.answer, digits) for digits in (0, 1, 2, 5)):
                verdict = question.grade(variant, {"value": value})
                if verdict.misconception is None and verdict.credit < 1:
                    cases.append([page_data(variant), str(value)])
                    expected.append("too few decimals" in verdict.message)
    assert expected.count(True) > 10 and False in expected
    results = call("quiz_answers.js", "judge", cases, tmp_path)
    for case, got, few in zip(cases, results, expected, strict=True):
        assert ("too few decimals" in got["message"]) == few, case


def test_where_a_few_values_are_wrong_is_told_as_the_bank_tells_it(tmp_path):
    rng, cases, expected, told = _rng("few wrong"), [], [], 0
    for question in (q for q in VALUES if q.form == "array"):
        for seed in range(6):
            variant = question.variant(f"few {seed}")
            value = np.array(variant.answer, np.float64)
            for place in rng.integers(0, value.size, seed // 2 + 1):
                value.flat[place] += 0.5
            verdict = question.grade(variant, {"value": value})
            if verdict.misconception is None:
                told += (few := "values are right" in verdict.message)
                cases.append([page_data(variant), str(value.tolist())])
                expected.append(verdict.message if few else None)
    assert told > 10 and None in expected
    results = call("quiz_answers.js", "judge", cases, tmp_path)
    for case, got, want in zip(cases, results, expected, strict=True):
        assert got["message"] == want or (want is None and "are right" not in got["message"]), case


def test_arrays_are_read_however_numpy_prints_them(tmp_path):
    rng, cases, expected = _rng("arrays"), [], []
    for i in range(CASES):
        shape = (int(rng.integers(1, 5)),) if i % 4 == 0 else tuple(rng.integers(1, 5, 2))
        values = rng.integers(-99, 99, shape) if i % 2 else np.round(rng.normal(0, 9, shape), 2)
        ways = [str, repr, lambda v: str(v.tolist())]
        if values.ndim == 2:
            ways.append(lambda v: "\n".join(" ".join(map(str, row)) for row in v.tolist()))
            ways.append(lambda v: "; ".join(", ".join(map(str, row)) for row in v.tolist()))
        text = ways[rng.integers(len(ways))](values)
        cases.append([{"form": "array", "answer": values.tolist(), "tolerance": 1e-6}, text])
        expected.append("right")
    for case, got in zip(cases, call("quiz_answers.js", "judge", cases, tmp_path), strict=True):
        assert got["state"] == "right", (case, got)
