"""First step: the notebook is made the instructor's again around the student's answers."""

from nbgrader.preprocessors import NbGraderPreprocessor

from course_grading.pipeline.run import run_of
from course_grading.submission.repair import repaired


class RepairCells(NbGraderPreprocessor):
    """Give every cell the marks, source and place that the instructor's copy has."""

    def preprocess(self, nb, resources):
        nb.cells = repaired(nb.cells, run_of(resources).plan)
        return nb, resources
