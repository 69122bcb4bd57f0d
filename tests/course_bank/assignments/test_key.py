"""The key in the course folder: read, refused, and independent of the bank."""

import json
from dataclasses import replace
from types import MappingProxyType, SimpleNamespace

import pytest

from course_bank import problem_sets
from course_bank.assignments import key, release
from course_bank.catalogue import COMMON, Catalogue
from tests.released import content, key_of

PS2, PS7 = "ps2-output-shapes", "ps7-convolution-from-scratch"


def put(root, name, text):
    path = key.path_of(root, name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_key_is_read_as_it_was_written(tmp_path):
    assert key.read(tmp_path, PS2) is None
    put(tmp_path, PS2, release.as_text(content(PS2)))
    found = key.read(tmp_path, PS2)
    assert found.questions == problem_sets[PS2].questions
    assert found.digest == key_of(PS2).digest
    assert found.title == "Output shapes"


@pytest.mark.parametrize("text", ["", "{}", '{"format": 99}', "[]", '{"format": 1}'])
def test_a_file_that_is_no_key_is_refused_with_its_path(tmp_path, text):
    put(tmp_path, PS2, text)
    with pytest.raises(ValueError, match=r"ps2-output-shapes\.json cannot be read .*backup"):
        key.read(tmp_path, PS2)


def test_value_questions_are_graded_without_the_bank():
    nothing = Catalogue(MappingProxyType({}), MappingProxyType({}))
    alone = key.Key(content(PS2), nothing)
    variant = alone.graded_variant("sizes-stride", "ada", "secret")
    assert variant.question.grade(variant, {"value": variant.answer}).credit == 1
    assert variant.question.probe(variant)
    assert alone.sheet("ada")["questions"][1]["prompt"] == variant.prompt
    with pytest.raises(ValueError, match="conv2d-loops is judged by code that the question bank"):
        key.Key(content(PS7), nothing).variant("conv2d-loops", "ada")


def test_what_is_shown_is_what_is_graded():
    for name in problem_sets:
        sheet = key_of(name).sheet("ada")
        assert json.loads(json.dumps(sheet)) == sheet
        for entry in sheet["questions"]:
            variant = key_of(name).graded_variant(entry["id"], "ada", "secret")
            assert entry["numbers"] == variant.numbers
            assert entry["prompt"].startswith(variant.prompt)
            for letter, text in (variant.choices or {}).items():
                assert f"- **{letter}**: {text}" in entry["prompt"]


def test_hidden_inputs_follow_from_the_secret_and_are_not_shown():
    one, two = (key_of(PS7).graded_variant("conv2d-loops", "ada", s) for s in ("one", "two"))
    assert one.hidden != two.hidden
    assert one.question.probe(one) != two.question.probe(two)
    assert str(one.hidden) not in repr(one)
    assert key_of(PS7).uses_the_bank and not key_of(PS2).uses_the_bank


@pytest.mark.parametrize(("inputs", "draws"), [(1, False), (2, True)])
def test_few_hidden_inputs_are_hidden_from_everybody(inputs, draws):
    """Also from those whose own seed brings the inputs of a seed that it is compared with."""
    asked = key_of(PS7).variant("conv2d-loops", "ada")
    question = SimpleNamespace(probe=lambda variant: f"emit(value=f({variant.hidden % inputs}))")
    for hidden in (0, 1, 2, 3, 10**9, 10**9 + 1):
        variant = replace(asked, question=question, hidden=hidden)
        assert variant.draws_inputs == draws


def test_the_digest_is_of_all_that_decides():
    other = json.loads(release.as_text(content(PS2)))
    other["questions"][0]["variants"][0]["answer"] = 0
    assert key.Key(other, COMMON).digest != key_of(PS2).digest
