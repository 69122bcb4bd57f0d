"""A question whose own code raises: it is not asked, and costs no other its points."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Unasked:
    """In the place of a `Question` whose probe could not be made; ``problem`` is why."""

    id: str
    teaches: str
    where: str
    problem: Exception

    hidden = True
    timed = 0
    choices = None
    misconceptions = ()

    def grade(self, variant, values):
        """Nothing can be said of it."""
        raise self.problem


def instead(variant, problem):
    """The variant of a question that is not asked."""
    asked = variant.question
    found = Unasked(asked.id, asked.teaches, asked.where, problem)
    hidden = {} if variant.hidden is None else {"hidden": None}  # a `KeptVariant` has no such field
    return replace(variant, question=found, **hidden)


def told(name, problem):
    """The remark for the instructor."""
    return (
        f"{name} was not asked and has no points, as its own code stops with "
        f"{type(problem).__name__}: {problem}. Mend it, then grade with --force"
    )
