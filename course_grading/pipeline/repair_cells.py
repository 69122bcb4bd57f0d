"""First step: the notebook is made the instructor's again around the student's answers."""

from nbgrader.preprocessors import NbGraderPreprocessor

from course_grading.pipeline.run import run_of
from course_grading.submission import typed_into
from course_grading.submission.repair import copied, repaired


class RepairCells(NbGraderPreprocessor):
    """Give every cell the marks, source and place that the instructor's copy has."""

    def preprocess(self, nb, resources):
        run = run_of(resources)
        for name in copied(nb.cells, run.plan):
            run.remarks.append(f"{name} stands there more than once; what is in its place counts")
        nb.cells = repaired(nb.cells, run.plan)
        if names := [run.plan.order[place] for place in typed_into.places(nb.cells)]:
            run.remarks.append(f"typed into the instructor's cells, kept: {', '.join(names)}")
        return nb, resources
