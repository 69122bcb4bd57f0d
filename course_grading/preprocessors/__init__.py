"""The steps of autograding and feedback, one per file, in the order in which they run.

Sanitising: `RepairCells` makes the notebook the instructor's again around the student's answers.
Autograding: `TrustedExecute` runs it in the sandbox, `TrustedScore` compares the answers with the
key, outside; `TrustedSave` writes the grades and the record; `DisarmText` makes what is shown
harmless.
Feedback: `ReadGrades` fetches the points from the gradebook.
"""

from course_grading.preprocessors.disarm_text import DisarmText
from course_grading.preprocessors.read_grades import ReadGrades
from course_grading.preprocessors.repair_cells import RepairCells
from course_grading.preprocessors.trusted_execute import TrustedExecute
from course_grading.preprocessors.trusted_save import TrustedSave
from course_grading.preprocessors.trusted_score import TrustedScore

__all__ = [
    "DisarmText",
    "ReadGrades",
    "RepairCells",
    "TrustedExecute",
    "TrustedSave",
    "TrustedScore",
]
