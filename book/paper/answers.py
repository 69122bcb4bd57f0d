"""Answers stand at the end of the book: those of the quizzes, and of the questions of judgement."""

from bs4 import BeautifulSoup

from .pages import page_of


def _new(markup):
    return BeautifulSoup(markup, "html.parser")


def collect(page):
    """Move the answers of a page out of it. Returns them as (label, element), in order.

    The place of each keeps a link to the page where its answer stands, and each answer one back.
    """
    found = []
    for quiz in page.body.select(".quiz"):
        _show_questions(quiz)
        for number, item in enumerate(quiz.find("ol").find_all("li", recursive=False), 1):
            solution = item.find("div", recursive=False, class_="solution")
            found.append((f"Question {number}", item, solution))
    for number, box in enumerate(page.body.select(".judgement"), 1):
        found.append((f"Judgement {number}", box, box.select_one(".answer")))
        kind = box.select_one(".judgement-kind")
        kind.string = f"Judgement {number}: {kind.get_text()}"
    moved = []
    for number, (label, question, answer) in enumerate(found, 1):
        here, there = f"{page.id}--question-{number}", f"{page.id}--answer-{number}"
        answer.extract()
        (answer.select_one(".fold-title") or answer).extract()
        question["id"] = here
        question.append(
            _new(f'<p class="to-answer"><a href="#{there}">Answer: page {page_of(there)}</a></p>')
        )
        back = f'<p class="answer-of"><a href="#{here}">{label}, page {page_of(here)}</a></p>'
        entry = _new(f'<div class="an-answer" id="{there}">{back}</div>')
        entry.div.append(answer)
        moved.append(entry.div)
    return moved


def _show_questions(quiz):
    """The list of questions in the place of the sentence that says what a browser would do."""
    questions = quiz.find("ol")
    for item in questions.find_all("li", recursive=False):
        folds = item.find_all("div", recursive=False)
        [fold for fold in folds if fold.select_one(".fold-title")][-1]["class"] = ["solution"]
    title = _new('<p class="quiz-title">Practice quiz</p>')
    quiz.clear()
    quiz.append(title)
    quiz.append(questions)
