"""The practice quiz: questions answered and explained in the page."""

import html
import re

import traitlets as t

from course_lib.figures.interactive.base import Figure


class Quiz(Figure):
    """Practice with feedback that names the mistake; nothing is graded or sent anywhere.

    questions: a list of ``{"id", "variants"}``; each variant is one drawing of its numbers, as
    ``course_bank.practice.page_data`` gives it. key: the name under which the browser keeps a
    reader's progress. title: what the quiz is called.
    """

    name = "quiz"
    numbered = False

    questions = t.List(t.Dict()).tag(sync=True)
    key = t.Unicode().tag(sync=True)
    title = t.Unicode("Practice quiz").tag(sync=True)

    def __init__(self, questions, **kwargs):
        if not questions:
            raise ValueError("Quiz: questions must hold at least one question, got none")
        super().__init__(questions=questions, **kwargs)

    def room(self):
        first = self.questions[0]["variants"][0]
        rows = first["prompt_html"].count("<tr")
        beside = _rows_where_tables_share_a_line(first["prompt_html"])
        choices = len(first["choices"] or ()) + 2 * (first["form"] == "array")
        lines = len(first["prompt_html"]) / (100 if rows == 0 else 400)
        more = max(0, -(-len(self.questions) // 8) - 2)  # rows of numbers on a phone, beyond two
        return (
            max(430 + 30 * choices, 310 + 29 * beside) + 14 * lines,
            555 + 38 * more + 29 * rows + 44 * choices + 28 * lines,
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


def _rows_where_tables_share_a_line(markup):
    """Rows of the tables of a prompt on a wide page: neighbouring tables stand side by side."""
    lines = re.split(r"</table>(?!\s*<table)", markup)
    return sum(
        max(table.count("<tr") for table in re.split(r"</table>\s*(?=<table)", line))
        for line in lines
    )


def _item(variant):
    """One question without JavaScript: the prompt, and the solution to unfold."""
    choices = "".join(
        f"<li>{choice['letter']}) {choice['html']}</li>" for choice in variant["choices"] or ()
    )
    steps = "".join(f"<li>{step}</li>" for step in variant["steps"])
    answer = html.escape(variant["written"])
    prompt = variant["prompt_html"].replace("<th></th>", "<td></td>")
    prompt = prompt.replace("<table>", "<table><caption>What the question gives</caption>")
    return (
        prompt
        + (f"<ul>{choices}</ul>" if choices else "")
        + f"<details><summary>Worked solution</summary><ol>{steps}</ol>"
        + f"<p>Answer: {answer}</p></details>"
    )
