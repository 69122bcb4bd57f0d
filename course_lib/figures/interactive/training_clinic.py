"""The clinic: recorded runs of a healthy program and of broken ones, to be diagnosed."""

import traitlets as t

from course_lib.figures.interactive.base import Figure
from course_lib.figures.interactive.text_version import paragraph, text_table

_KEPT = ("first_loss", "curves", "test_accuracy", "first_steps", "layers", "histograms")
_HISTOGRAMS = ("pixels", "scores", "certainty", "answers")


class TrainingClinic(Figure):
    """Examine a broken training by its curves and histograms, and name what is wrong.

    record: what ``records.load("clinic")`` returns: ``healthy`` and ``cases``, each case with its
    title, the changed lines and the runs of three seeds. patient: the case shown first. beside:
    whether the healthy run is drawn too.
    """

    name = "training_clinic"

    healthy = t.Dict().tag(sync=True)
    cases = t.Dict().tag(sync=True)
    patient = t.Unicode().tag(sync=True)
    beside = t.Bool(False).tag(sync=True)

    def __init__(self, record=None, **kwargs):
        if record is None:
            from course_lib import records

            record = records.load("clinic")
        cases = {
            name: {
                "title": case["title"],
                "change": case["change"],
                "broken": _run(case["broken"]),
            }
            for name, case in record["cases"].items()
        }
        kwargs.setdefault("patient", "fast" if "fast" in cases else next(iter(cases)))
        if kwargs["patient"] not in cases:
            raise ValueError(
                f"TrainingClinic: patient must be one of {', '.join(cases)}, "
                f"got {kwargs['patient']!r}"
            )
        super().__init__(cases=cases, healthy=_run(record["healthy"]), **kwargs)

    def room(self):
        return 500, 1030

    def fallback(self):
        def row(name, run):
            loss, held_out = (run["curves"][key][0] for key in ("loss", "val_loss"))
            test = sum(run["test_accuracy"]) / len(run["test_accuracy"])
            return (name, *(f"{curve[at]:.3g}" for curve in (loss, held_out) for at in (0, -1)),
                    f"{100 * test:.1f} %")  # fmt: skip

        rows = [row("Healthy", self.healthy)]
        rows += [
            row(f"Program {number}", case["broken"])
            for number, case in enumerate(self.cases.values(), 1)
        ]
        return text_table(
            ("Run", "Loss, first epoch", "last", "Validation, first", "last", "Test accuracy"),
            rows,
            "Losses of the first seed, and the mean accuracy on the test digits",
        ) + paragraph(
            "With JavaScript, each run is examined by its curves and histograms, to be diagnosed."
        )


def _run(run):
    """What the page needs of a recorded run."""
    kept = {name: run[name] for name in _KEPT}
    kept["histograms"] = {name: run["histograms"][name] for name in _HISTOGRAMS}
    return kept
