"""The version of nbgrader's tables is the one that nbgrader would find itself."""

import subprocess

import nbgrader.api
import nbgrader.dbutil

from course_grading.gradebook import tables_version


def test_it_is_what_the_program_says(tmp_path):
    with nbgrader.dbutil._temp_alembic_ini(f"sqlite:///{tmp_path / 'new.db'}") as settings:
        told = subprocess.run(
            ["alembic", "-c", settings, "heads"], capture_output=True, text=True, check=True
        )
    assert told.stdout.split() == [tables_version.newest(), "(head)"]


def test_a_new_gradebook_asks_no_program(monkeypatch, tmp_path):
    tables_version.install()
    monkeypatch.setattr(nbgrader.api.sp, "check_output", None)
    with nbgrader.api.Gradebook(f"sqlite:///{tmp_path / 'new.db'}") as gradebook:
        (version,) = gradebook.db.execute(
            nbgrader.api.text("select version_num from alembic_version")
        ).one()
    assert version == tables_version.newest()
