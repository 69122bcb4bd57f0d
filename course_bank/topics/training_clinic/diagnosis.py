"""Questions on the card of a patient: which fault does it show?"""

import json
import re
from dataclasses import dataclass

from course_bank.core.question import Question, slip
from course_bank.topics.training_clinic import patients, wards
from course_bank.topics.training_clinic.wards import FAULTS, WARDS
from course_lib.figures.static import clinic

_TOPIC = "training clinic"


@dataclass(frozen=True)
class CardQuestion(Question):
    """A question that shows a picture: the notebook can draw it, a quiz cannot."""

    in_quiz = False


def _draw(ward):
    def draw(rng):
        name = rng.choice(patients.of(ward))
        card = patients.recorded()[name]["card"]
        return {"patient": name, "classes": card["classes"], "card": card}

    return draw


def _idea(fault):
    """Another fault named in the place of this one; where it is the right one, there is no slip."""
    return slip(
        _in_words(fault),
        lambda n: None if patients.fault(n) == fault else fault,
        FAULTS[fault].signature,
    )


def _in_words(fault):
    """A fault within a sentence: "the learning rate is far too small"."""
    title = FAULTS[fault].title.rstrip(".")
    return title if title.split()[1].istitle() else title[0].lower() + title[1:]


def _told(n):
    """What a card shows, line by line."""
    fault, reads = patients.fault(n), patients.reads(n)
    shown = re.sub(r"would (all )?have shown", r"would \1show", FAULTS[fault].signature)
    told = [f"{FAULTS[fault].title} All witnesses of the card say so:", shown]
    if reads is not None:
        reported = n.card["curves"]["val_accuracy"][0][-1]
        told.append(
            f"It reports {reported:.2f}. Counted by digits it reads {reads:.2f} of new ones."
        )
    return told


def _question(ward, teaches):
    listed = WARDS[ward]
    name = f"clinic-{ward}-fault"
    return CardQuestion(
        id=name,
        topic=_TOPIC,
        teaches=teaches,
        draw=_draw(ward),
        prompt="The cell below draws the card of patient **{patient}**, a network that tells "
        f"{{classes}} kinds of digits apart. Its complaint: *{listed.complaint}* What is the "
        "matter with it? Of the five, name the one that all of the card's witnesses agree with.",
        form="choice",
        choices=lambda n: {fault: FAULTS[fault].title for fault in listed.faults},
        answer=patients.fault,
        steps=_told,
        misconceptions=tuple(map(_idea, listed.faults)),
        stub=f'n = sheet.numbers("{name}")\n'
        f"display(clinic.patient(n.card, {json.dumps(listed.panels)}))\n"
        f"# Put a letter in quotes in place of None.\n{name.replace('-', '_')} = None\n"
        "### SOLUTION\n",
        solution=_solution(name, ward),
        picture=lambda n: clinic.patient(n.card, listed.panels),
    )


def _solution(name, ward):
    """An expression that walks down the rules of the ward."""
    lines = [f'"{FAULTS[fault].title}" if {rule}\n    else ' for rule, fault in WARDS[ward].rules]
    end = FAULTS[wards.left(ward)].title
    return f'sheet.letter(\n    "{name}",\n    {"".join(lines)}"{end}",\n)'


QUESTIONS = [
    _question("flat", "A flat line is a symptom: first loss, sums and steps tell faults apart."),
    _question("plateau", "What learns and stops too early has a ceiling that somebody built in."),
    _question("doubt", "Curves drawn by a wrong program prove nothing: ask another witness."),
]
