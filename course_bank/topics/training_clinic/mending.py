"""Questions answered by a program that was broken and is mended: graded by what it then does."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from course_bank.core.probe_questions import ProbeQuestion
from course_bank.topics.training_clinic import judging, programs, trial

# what the mended programs reach over drawings and seeds: benchmarks.clinic.mended
FILE = Path(__file__).with_name("mended.json")
_TOPIC = "training clinic"


@cache
def recorded():
    return json.loads(FILE.read_text(encoding="utf-8"))


def least(task):
    """What a mended program must read: five standard deviations below the mean of the recorded."""
    reached = np.array(recorded()["tasks"][task]["mended"])
    return float(np.floor(100 * (reached.mean() - 5 * reached.std())) / 100)


@dataclass(frozen=True)
class MendingQuestion(ProbeQuestion):
    """A program to mend. The table of numbers tells the sizes, and not line by line the program."""

    def shown(self, numbers):
        return [name for name in programs.SIZES if name in numbers]


def _solution(task):
    """The mended program, with the numbers that a student's sheet gives."""
    numbers = {name: f"n.{name}" for name in programs.SIZES}
    return programs.text(task, numbers, mended=True)


def _question(task, teaches, prompt):
    variable = task.replace("-", "_")
    words = (
        f"{prompt} Copy it into the cell below and mend it. The network, the sizes and what it "
        f"returns stay as they are.\n\n```python\n{programs.template(task)}\n```\n\nGrading trains "
        f"it on {trial.TRAINED} digits and asks it about others, which are in no sample, together "
        f"and one at a time. It must read {100 * least(task):.0f} % of them, name an image alike "
        "alone and among others, and report the accuracy on images that it has not trained on; "
        f"the training may compute for {trial.BUDGET:.0f} seconds."
    )
    return MendingQuestion(
        id=task,
        topic=_TOPIC,
        teaches=teaches,
        draw=programs.draw(task),
        prompt=words,
        form="model",
        answer=None,
        source=lambda variant: trial.source(variable, variant.inputs_seed),
        judge=judging.judge(task, least(task)),
        stub=f'n = sheet.numbers("{task}")\n# Copy the program here, and mend it. Then try it: '
        f"try_out({variable})\n{variable} = None\n### SOLUTION\n",
        solution=_solution(task),
    )


QUESTIONS = [
    _question(
        "clinic-mend-data",
        "Faults in the data raise no error: look at what goes into `fit`.",
        "This program runs, and something is wrong with what is fed to it.",
    ),
    _question(
        "clinic-mend-model",
        "Softmax and first weights: what keeps a sound network from learning.",
        "This program runs, and its network does not learn what it could.",
    ),
    _question(
        "clinic-mend-training",
        "Two faults at once: mending one shows the other.",
        "This program runs, and *two* things are wrong with how it trains, measures or is asked.",
    ),
]
