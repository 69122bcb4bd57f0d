"""nbgrader's configuration for this course: ``exercises/nbgrader_config.py`` calls `configure`."""

from course_grading.gradebook import class_list, failures, tables_version
from course_grading.pages import feedback_files, formgrader
from course_grading.pipeline import converter, generate
from course_grading.submission import collect

_STEPS = "course_grading.pipeline."


def configure(c):
    """Put the trusted pipeline in the place of nbgrader's. Set further options after this."""
    converter.install()
    generate.install()
    feedback_files.install()
    formgrader.install()
    class_list.install()
    collect.install()
    failures.install()
    tables_version.install()
    c.Application.logging_config = {
        "formatters": {"console": {"class": "course_grading.log.PrintableFormatter"}}
    }
    c.CourseDirectory.course_id = "convolution-by-hand"
    c.ClearSolutions.code_stub = {"python": ""}
    c.ClearSolutions.text_stub = "Write your answer here."
    c.Autograde.sanitize_preprocessors = [_STEPS + "repair_cells.RepairCells"]
    c.Autograde.autograde_preprocessors = [
        _STEPS + "trusted_execute.TrustedExecute",
        "nbgrader.preprocessors.IgnorePattern",
        "nbgrader.preprocessors.LimitOutput",
        _STEPS + "trusted_score.TrustedScore",
        _STEPS + "trusted_save.TrustedSave",
        _STEPS + "disarm_text.DisarmText",
    ]
    c.GenerateFeedback.preprocessors = [_STEPS + "read_grades.ReadGrades"]
    c.GenerateFeedback.exporter_class = "course_grading.pages.feedback.FeedbackExporter"
    c.ExchangeFactory.collect = "course_grading.submission.exchange.OwnCollect"
    c.ExportApp.plugin_class = "course_grading.pages.gradebook_table.GradebookTable"
    c.ZipCollectApp.collector_plugin = "course_grading.submission.collect.ClassListCollector"
    c.ZipCollectApp.extractor_plugin = "course_grading.submission.unpack.BoundedExtractor"
    c.ZipCollectApp.strict = True  # another assignment's notebook is left out
    # for formgrader, whose own template leaves text cells as they are: see also DisarmText
    c.HTMLExporter.sanitize_html = True
    c.HTMLExporter.filters = {
        # nbconvert's own shows the tags of paragraphs and table heads as text
        "clean_html": "course_grading.pages.html_cleaning.clean_formgrader",
        "markdown2html": "course_grading.pages.formgrader.markdown_cell",
    }
