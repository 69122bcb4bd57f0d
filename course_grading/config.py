"""nbgrader's configuration for this course: ``exercises/nbgrader_config.py`` calls `configure`."""

from course_grading import converter, feedback_files

_STEPS = "course_grading.preprocessors."


def configure(c):
    """Put the trusted pipeline in the place of nbgrader's. Set further options after this."""
    converter.install()
    feedback_files.install()
    c.CourseDirectory.course_id = "convolution-by-hand"
    c.ClearSolutions.code_stub = {"python": ""}
    c.ClearSolutions.text_stub = "Write your answer here."
    c.Autograde.sanitize_preprocessors = [_STEPS + "RepairCells"]
    c.Autograde.autograde_preprocessors = [
        _STEPS + "TrustedExecute",
        "nbgrader.preprocessors.IgnorePattern",
        "nbgrader.preprocessors.LimitOutput",
        _STEPS + "TrustedScore",
        _STEPS + "TrustedSave",
        _STEPS + "DisarmText",
    ]
    c.GenerateFeedback.preprocessors = [_STEPS + "ReadGrades"]
    c.GenerateFeedback.exporter_class = "course_grading.feedback.FeedbackExporter"
    c.ZipCollectApp.collector_plugin = "course_grading.collect.ClassListCollector"
    c.ZipCollectApp.strict = True  # another assignment's notebook is left out
    # for formgrader; its own template leaves text cells as they are: see DisarmText
    c.HTMLExporter.sanitize_html = True
    # nbconvert's own filter shows the tags of paragraphs and table heads as text
    c.HTMLExporter.filters = {"clean_html": "course_grading.outputs.clean_formgrader"}
