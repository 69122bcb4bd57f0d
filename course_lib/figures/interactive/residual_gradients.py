"""How much of the gradient reaches each layer of a deep network, with skips and without."""

import numpy as np
import traitlets as t

from course_lib.figures.interactive.base import Figure
from course_lib.figures.interactive.text_version import paragraph, text_table

ARMS = ("plain", "plain, normalised", "residual", "skips alone")  # what the two boxes choose among


class ResidualGradients(Figure):
    """Gradient norms of plain and residual networks before training, and their errors after it.

    record: what ``records.load("residual")`` returns: ``gradient_norms``, for each network the
    norms (seeds, layers), and ``runs``, the training errors of networks by depth. skips,
    normalised: which of the four networks is shown first.
    """

    name = "residual_gradients"

    gradient_norms = t.Dict().tag(sync=True)
    runs = t.List(t.Dict()).tag(sync=True)
    skips = t.Bool(False).tag(sync=True)
    normalised = t.Bool(False).tag(sync=True)

    def __init__(self, record=None, **kwargs):
        if record is None:
            from course_lib import records

            record = records.load("residual")
        missing = [arm for arm in ARMS if arm not in record["gradient_norms"]]
        if missing:
            raise ValueError(
                f"ResidualGradients: record must hold the gradient norms of {', '.join(ARMS)}; "
                f"it has none of {', '.join(missing)}"
            )
        runs = [
            {key: run[key] for key in ("arm", "depth", "train_error")} for run in record["runs"]
        ]
        super().__init__(gradient_norms=record["gradient_norms"], runs=runs, **kwargs)

    def room(self):
        return 430, 890

    def fallback(self):
        deepest = max(run["depth"] for run in self.runs)
        errors = {run["arm"]: run["train_error"] for run in self.runs if run["depth"] == deepest}

        def row(arm):
            lengths = np.exp(np.log(self.gradient_norms[arm]).mean(axis=0))
            wrong = ", ".join(f"{error:.2f}" for error in errors.get(arm, ())) or "not trained"
            return (arm, f"{lengths[0]:.2g}", f"{lengths[-1]:.2g}", wrong)

        return text_table(
            ("Network", "First layer", "Last layer", f"Training error, depth {deepest}"),
            [row(arm) for arm in ARMS],
            "Length of the gradient before training (geometric mean of the seeds), and the share "
            "of the training digits that each seed's network reads wrongly after it",
        ) + paragraph("A skip hands the gradient on unchanged, whatever the layers beside it do.")
