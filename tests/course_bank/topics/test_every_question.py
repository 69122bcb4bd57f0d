"""Every question of the bank, drawn two hundred times."""

import collections
import functools
import json
import re
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import course_lib as keras
from course_bank import bank, problem_sets
from course_bank.core.estimates import FACTOR, about
from course_bank.core.forms import FORMS
from course_bank.core.variant import Variant
from course_bank.practice import page_data
from course_lib import ops, shapes
from course_lib.exercise import Numbers
from tests.course_bank.topics import realism

DRAWINGS = 200
VALUES = [name for name, question in bank.items() if not question.hidden]


@functools.cache
def variants(name):
    return [bank[name].variant(seed) for seed in range(DRAWINGS)]


def grade(variant, value):
    return variant.question.grade(variant, {"value": value})


@pytest.mark.parametrize("name", VALUES)
def test_the_right_answer_gets_full_marks_and_none_gets_nothing(name):
    for variant in variants(name):
        assert grade(variant, variant.answer).credit == 1
    for empty in (None, "", [], ...):
        verdict = grade(variants(name)[0], empty)
        assert (verdict.credit, verdict.misconception) == (0, "empty")
    assert bank[name].grade(variants(name)[0], {}).credit == 0


@pytest.mark.parametrize("name", VALUES)
def test_every_misconception_gets_its_own_message_and_credit(name):
    for variant in variants(name):
        declared_ideas = {wrong.name: wrong for wrong in bank[name].misconceptions}
        for wrong in variant.misconceptions:
            declared = declared_ideas[wrong.name]
            verdict = grade(variant, wrong.answer)
            assert verdict.misconception == declared.name
            assert verdict.message == declared.message
            assert verdict.credit == declared.credit


@pytest.mark.parametrize("name", VALUES)
def test_answer_and_misconceptions_are_apart(name):
    form, tolerance = FORMS[bank[name].form], bank[name].tolerance
    for variant in variants(name):
        values = [variant.answer, *(wrong.answer for wrong in variant.misconceptions)]
        read = [form.read(value) for value in values]
        for i, a in enumerate(read):
            assert sum(form.equal(b, a, tolerance) for b in read) == 1, (i, values)


@pytest.mark.parametrize("name", VALUES)
def test_a_guess_or_a_neighbours_answer_is_hardly_ever_right(name):
    """Of 200 drawings: a choice is one of its letters, any other answer one of many."""
    counts = collections.Counter(json.dumps(variant.answer) for variant in variants(name))
    most = counts.most_common(1)[0][1]
    if bank[name].form == "choice":
        assert len(counts) == len(variants(name)[0].choices) >= 4
        assert most <= 0.4 * DRAWINGS, counts
    else:
        assert len(counts) >= 20, counts
        assert most <= DRAWINGS / 8, counts.most_common(3)


ESTIMATES = [name for name in VALUES if bank[name].form == "estimate"]


@pytest.mark.parametrize("name", ESTIMATES)
def test_an_estimate_must_be_of_the_right_order(name):
    """Right within a factor of three; no one number is right for many students."""
    for variant in variants(name)[:50]:
        for factor, credit in ((2.7, 1), (0.37, 1), (3.4, 0), (0.3, 0)):
            value = about(factor * variant.answer)
            assert (grade(variant, value).credit == 1) == bool(credit), (value, variant.answer)
        far = grade(variant, about(5e5 * variant.answer)).message
        assert far.startswith("That is far too large.")
    answers = np.array([variant.answer for variant in variants(name)])
    for constant in answers:
        off = np.maximum(answers / constant, constant / answers)
        assert np.mean(off <= FACTOR) <= 0.4


@pytest.mark.parametrize("name", ESTIMATES)
def test_what_is_estimated_is_computed_next(name):
    (asked,) = (list(a.questions) for a in problem_sets.values() if name in a.questions)
    following = asked[asked.index(name) + 1]
    assert bank[following].numbers_of == name
    for variant in variants(name)[:20]:
        exact = Variant(bank[following], variant.numbers).answer
        assert variant.answer == about(exact)


def test_three_assignments_ask_for_an_estimate():
    assert sum(any(n in ESTIMATES for n in a.questions) for a in problem_sets.values()) >= 3


@pytest.mark.parametrize("name", VALUES)
def test_numbers_are_such_as_networks_have(name):
    for variant in variants(name):
        assert not realism.faults(variant.numbers, variant.prompt), variant.prompt


def test_what_networks_do_not_have_is_found():
    prompt = "`Conv2D(8, 5, strides=2, dilation_rate=3)`, `MaxPooling2D(pool_size=3, strides=2)`"
    layers = [("Conv2D", [5], 2, 3), ("MaxPooling2D", [3], 2, 1)]
    assert list(realism.layers_of(prompt)) == layers
    assert not realism.faults({"kernel": 5, "stride": 2}, prompt)
    assert realism.faults({"kernel": 3, "stride": 29}, prompt)
    for unreal in ("Conv1D(16, 38, strides=3)", "MaxPooling2D(2, strides=4)", "Conv1D(9, 2)"):
        assert realism.faults({}, f"`{unreal}`"), unreal


@pytest.mark.parametrize(
    "name", [n for n in VALUES if bank[n].form in ("shape", "kernel", "array")]
)
def test_the_answer_does_not_stand_in_the_drawing(name):
    drawn = variants(name)[:50]
    standing = [v for v in drawn if realism.stands_in_the_drawing(v.numbers, v.answer)]
    assert len(standing) <= 5, standing[0].numbers


def test_a_strided_shift_is_no_multiple_of_the_stride():
    for variant in variants("equivariance-strided-peak"):
        assert variant.n.shift % variant.n.stride


PAIRS = [name for name in VALUES if "pair (" in (bank[name].expects or "")]


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_the_other_way_round_has_a_name(name):
    for variant in variants(name)[:20]:
        verdict = grade(variant, variant.answer[::-1])
        assert verdict.misconception, variant.answer
        assert 0 < verdict.credit < 1


ONE_MISTAKE = {  # what one question names, and another one asks for as well
    "sizes-rectangle": lambda n: (n.height - n.kernel, n.width - n.kernel, n.filters),
    "dims-conv3d-shape": lambda n: (*[n.side - n.kernel] * 2, n.frames - n.depth, n.filters),
}


@pytest.mark.parametrize("name", ONE_MISTAKE)
def test_a_forgotten_one_is_named_in_shapes_too(name):
    credit = grade(variants("sizes-valid")[0], variants("sizes-valid")[0].answer - 1).credit
    for variant in variants(name)[:20]:
        verdict = grade(variant, ONE_MISTAKE[name](variant.n))
        assert (verdict.misconception, verdict.credit) == ("forgot the one", credit)


def test_a_kernel_of_conv2d_is_none_of_conv1d():
    for variant in variants("dims-conv1d-kernel")[:20]:
        verdict = grade(variant, (1, *variant.answer))
        assert verdict.misconception == "kernel of a Conv2D"


@pytest.mark.parametrize("name", VALUES)
def test_near_misses_of_the_form_are_accepted_or_told(name):
    for variant in variants(name)[:20]:
        for value in near_misses(bank[name].form, variant.answer):
            verdict = grade(variant, value)
            assert verdict.credit == 1, (value, verdict)
        for value in broken(bank[name].form):
            verdict = grade(variant, value)
            assert verdict.credit == 0
            assert verdict.misconception == "form", (value, verdict)
            assert verdict.message.endswith(f"{bank[name].expects or ''}.")
            assert bank[name].check_form(value) is not None


def near_misses(form, answer):
    if form == "integer":
        return [float(answer), str(answer), f" {answer}.0 ", [answer], np.int64(answer)]
    if form == "estimate":
        return [float(answer), str(answer), f"{answer:,}", f"{answer:.1e}", [answer]]
    if form == "number":
        return [str(answer), [answer], np.float64(answer), np.array(answer)]
    if form in ("shape", "kernel"):
        text = " x ".join(map(str, answer))
        ways = [list(answer), tuple(map(str, answer)), text, str(tuple(answer)), np.array(answer)]
        return [*ways, (None, *answer)] if len(answer) > 1 else ways
    if form == "array":
        array = np.array(answer)
        ways = [array, array.astype(np.float32), json.dumps(answer), array[None], array[..., None]]
        return [*ways, [list(map(str, row)) for row in answer]] if array.ndim == 2 else ways
    if form == "choice":
        return [answer.upper(), f"{answer})", f" ({answer}) ", [answer]]
    return [answer.upper(), f" {answer} ", [answer]]


def broken(form):
    always = [{"a": 1}, float("nan")]
    sizes = [*always[:1], "wide", (3, None), ((1, 2), 3), True]
    return {
        "integer": [*always, "many", True, [1, 2], "inf"],
        "number": [*always, "many", True, [1, 2], float("inf")],
        "estimate": [*always, "many", True, [1, 2], 0, -300, 314_159, 0.123],
        "shape": sizes,
        "kernel": sizes,
        "array": [*always, "wide", [[1, 2], [3]], [[float("inf")]]],
        "choice": [*always, "second one", 3],
        "text": [*always[:1], ["a", "b"], "x" * 500],
    }[form]


@pytest.mark.parametrize("name", VALUES)
def test_other_wrong_answers_say_where_to_look(name):
    variant = variants(name)[0]
    others = {
        "array": [[91.5, 17.25]],
        "shape": (907, 911, 1),
        "kernel": (907, 911, 1),
        "text": "zebra",
        "estimate": 7e17,
    }
    value = others.get(bank[name].form, 987654.321)
    if bank[name].form != "choice":
        verdict = grade(variant, value)
        assert (verdict.credit, verdict.misconception) == (0, None)
        assert bank[name].where in verdict.message


@pytest.mark.parametrize("name", VALUES)
def test_the_sentences_never_tell_the_answer(name):
    """A number of more than two digits that equals the answer would give it away."""
    for variant in variants(name)[:40]:
        if bank[name].form in ("integer", "number"):
            for wrong in variant.misconceptions:
                told = re.findall(r"\d{3,}", wrong.message)
                assert str(variant.answer) not in told


@pytest.mark.parametrize("name", bank)
def test_prompts_hold_the_numbers_and_numbers_are_json(name):
    for variant in [bank[name].variant(seed) for seed in range(5)]:
        assert json.loads(json.dumps(variant.numbers)) == variant.numbers
        assert not [name for name in variant.numbers if hasattr(dict, name)]  # n.items, n.values
        assert "{" not in re.sub(r"`[^`]*`", "", variant.prompt)
        assert len(variant.prompt) > 30
        if not bank[name].hidden:
            assert json.loads(json.dumps(variant.answer)) == variant.answer
            assert json.dumps(variant.answer) != json.dumps(None)


@pytest.mark.parametrize("name", VALUES)
def test_different_students_see_different_prompts(name):
    assert len({variant.prompt for variant in variants(name)}) > 15


@pytest.mark.parametrize("name", VALUES)
def test_there_is_a_worked_solution(name):
    for variant in variants(name)[:20]:
        assert variant.steps
        assert all(isinstance(step, str) and step for step in variant.steps)
        if bank[name].form == "integer":
            assert str(variant.answer) in variant.steps[-1] or "unchanged" in variant.steps[-1]


def letters(variant):
    """What `Exercise.letter` finds on a sheet with this variant."""
    return lambda name, text: {told: key for key, told in variant.choices.items()}[text]


@pytest.mark.parametrize("name", [n for n in VALUES if bank[n].solution])
def test_the_notebooks_solution_gives_the_answer(name):
    for variant in variants(name)[:20]:
        names = {"n": Numbers(variant.numbers), "np": np, "ops": ops, "shapes": shapes}
        names["sheet"] = SimpleNamespace(letter=letters(variant))
        value = eval(bank[name].solution, {**names, "keras": keras})
        assert grade(variant, value).credit == 1, (variant.numbers, value)


def test_the_same_variant_in_another_process():
    names = VALUES[::12]
    code = (
        "import json; from course_bank import bank; "
        "from course_bank.practice import page_data; "
        f"print(json.dumps([page_data(bank[n].variant(11)) for n in {names!r}]))"
    )
    env = {"PYTHONHASHSEED": "77", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env
    )
    assert json.loads(done.stdout) == [page_data(bank[n].variant(11)) for n in names]


@pytest.mark.parametrize("name", VALUES)
def test_the_check_takes_the_right_answer(name):
    """The words on the form, which the check reads, fit what is asked."""
    for variant in variants(name)[:20]:
        assert bank[name].check_form(variant.answer) is None
