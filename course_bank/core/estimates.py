"""Questions that ask how large an amount is, about, before it is computed.

The answer has one or two digits and is right within a factor of `FACTOR`; wrong ideas are told
apart where they lead further away than that. The question that computes the amount comes after it,
with the same numbers (``numbers_of``).
"""

from dataclasses import replace

from course_bank.core.question import Question

FACTOR = 3  # an estimate may be so many times too large or too small
_ASKED = (
    "Before you compute it: {what}? Work with rounded numbers, in your head or on paper, and "
    "commit yourself to a number of one or two digits. Right is what is at most {factor} times too "
    "large or too small. The next task is to compute it."
)


def about(number):
    """``number`` with two digits, all others 0: 31,416 becomes 31,000."""
    return int(float(f"{number:.1e}"))


def estimate(*, amount, misconceptions, setting, what, **declared):
    """A `Question` of the form "estimate".

    Args:
        amount: a function of ``n``: the exact amount, which `about` rounds.
        misconceptions: slips whose ``compute`` leads to exact amounts too.
        setting: a template that tells the numbers.
        what: the question: "how many bytes are that".
        declared: the rest of the declaration, with a ``solution`` that gives the exact amount.
    """
    exact = declared.pop("solution")
    return Question(
        **declared,
        form="estimate",
        tolerance=FACTOR,
        prompt=f"{setting} {_ASKED.format(what=what, factor=FACTOR)}",
        answer=lambda n: about(amount(n)),
        misconceptions=tuple(
            replace(wrong, compute=lambda n, compute=wrong.compute: about(compute(n)))
            for wrong in misconceptions
        ),
        solution=f'float(f"{{{exact}:.0e}}")',
        solved_by="formula",
    )
