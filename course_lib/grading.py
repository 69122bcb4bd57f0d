"""Where the grading pipeline was: an nbgrader_config.py made for it is told what to change."""

raise ImportError(
    "course_lib.grading is course_grading now. In nbgrader_config.py, write: "
    "from course_grading.config import configure"
)
