"""The questions are found in the bank by their prompts, so any quiz of its can be driven."""

import html
import json
import re
from functools import cache

from playwright.sync_api import expect

from course_bank import bank, quiz
from tests.course_lib.figures.drivers import press, says, start, tab_to, tab_to_either_way


def _letters(text):
    """A prompt without its mark-up and spaces."""
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]*>", "", text)))


@cache
def _drawn():
    """Every variant that a quiz draws from the bank, by its prompt."""
    topics = sorted({question.topic for question in bank.values()})
    return {
        _letters(variant["prompt_html"]): variant
        for question in quiz(topic=topics).questions
        for variant in question["variants"]
    }


def _variant(root):
    """The payload of the question that is shown."""
    return _drawn()[_letters(root.locator(".cbh-quiz-prompt").text_content())]


def _written(variant, value):
    if variant["form"] == "shape":
        return f"None, {', '.join(map(str, value))}"
    return json.dumps(value) if variant["form"] == "array" else str(value)


def _type(page, root, variant, value):
    """Fill in an answer by the keyboard."""
    if variant["form"] == "choice":
        radios = root.locator("input[type=radio]")
        tab_to_either_way(page, root, radios.first)
        letters = [choice["letter"] for choice in variant["choices"]]
        press(page, " ", *["ArrowDown"] * letters.index(value))
        return
    field = root.locator(".cbh-quiz-answer input, .cbh-quiz-answer textarea")
    tab_to_either_way(page, root, field)
    page.keyboard.press("Control+a")
    page.keyboard.type(_written(variant, value))


def keyboard(page, root):
    start(page, root)
    count = root.locator(".cbh-dot").count()
    first = root.locator(".cbh-dot").first
    first.focus()
    press(page, "Enter")
    expect(root.locator(".cbh-quiz-heading")).to_have_text(f"Question 1 of {count}")
    expect(root.locator(".cbh-quiz-heading")).to_be_focused()
    variant = _variant(root)
    # nothing typed: no try is counted
    tab_to(page, root.get_by_role("button", name="Check"))
    press(page, "Enter")
    says(root, r"Please give")
    expect(first).to_have_attribute("aria-label", "1")
    # the first named mistake, with its message
    if variant["misconceptions"]:
        wrong = variant["misconceptions"][0]
        _type(page, root, variant, wrong["answer"])
        press(page, *(["Control+Enter"] if variant["form"] == "array" else ["Enter"]))
        says(root, re.escape(wrong["message"]))
        expect(first).to_have_attribute("aria-label", "1, tried")
    # the right answer
    _type(page, root, variant, variant["answer"])
    press(page, *(["Control+Enter"] if variant["form"] == "array" else ["Enter"]))
    says(root, r"^Right\.")
    expect(first).to_have_attribute("aria-label", "1, solved")
    expect(root.locator(".cbh-quiz-foot .cbh-note")).to_contain_text(f"1 of {count} solved")
    # the worked solution opens and closes
    reveal = root.get_by_role("button", name="Worked solution")
    tab_to(page, reveal)
    press(page, "Enter")
    expect(reveal).to_have_attribute("aria-expanded", "true")
    expect(root.locator(".cbh-quiz-solution li")).to_have_count(len(variant["steps"]))
    press(page, "Enter")
    expect(root.locator(".cbh-quiz-solution")).to_be_hidden()
    # new numbers
    before = root.locator(".cbh-quiz-prompt").inner_text()
    tab_to_either_way(page, root, root.get_by_role("button", name="New numbers"))
    press(page, "Enter")
    says(root, r"New numbers\.")
    expect(root.locator(".cbh-quiz-prompt")).not_to_have_text(before)
    tab_to(page, root.get_by_role("button", name="Next question"))
    press(page, "Enter")
    expect(root.locator(".cbh-quiz-heading")).to_have_text(f"Question {min(2, count)} of {count}")


def pointer(page, root):
    """One question of each form, answered rightly."""
    root.get_by_role("button", name="Start over").click()
    dots = root.locator(".cbh-dot")
    forms = set()
    for number in range(1, dots.count() + 1):
        dots.nth(number - 1).click()
        variant = _variant(root)
        if variant["form"] in forms:
            continue
        forms.add(variant["form"])
        if variant["form"] == "choice":
            root.get_by_role("radio").nth(
                [c["letter"] for c in variant["choices"]].index(variant["answer"])
            ).check()
        else:
            field = root.locator(".cbh-quiz-answer input, .cbh-quiz-answer textarea")
            field.fill(_written(variant, variant["answer"]))
        root.get_by_role("button", name="Check").click()
        says(root, r"^Right\.")
        expect(dots.nth(number - 1)).to_have_attribute("aria-label", f"{number}, solved")
    root.get_by_role("button", name="Worked solution").click()
    expect(root.locator(".cbh-quiz-result")).to_be_visible()
    root.get_by_role("button", name="Start over").click()
    expect(root.locator(".cbh-quiz-foot .cbh-note")).to_contain_text("0 of")
