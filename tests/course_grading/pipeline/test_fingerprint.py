"""A grade is current as long as nothing that decides it has changed."""

import shutil
from pathlib import Path

import pytest

import course_bank
from course_grading.pipeline import fingerprint

BANK = Path(course_bank.__file__).parent


@pytest.mark.parametrize(
    "name",
    ["core/value_answer.py", "topics/transfer/reference.json", "topics/transfer/heldout.npz"],
)
def test_what_the_bank_judges_by_decides_the_grade(tmp_path, name):
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(BANK, tmp_path / "bank", ignore=leave)
    before = fingerprint.of_bank(tmp_path / "bank")
    fingerprint.of_bank.cache_clear()
    (tmp_path / "bank/core/__pycache__").mkdir()
    (tmp_path / "bank/core/__pycache__/variant.pyc").write_bytes(b"made anew at every start")
    (tmp_path / "bank/.ipynb_checkpoints").mkdir()
    for left in (".DS_Store", "core/.forms.py.swp", "core/forms.py~", ".ipynb_checkpoints/a"):
        (tmp_path / "bank" / left).write_bytes(b"of an editor")
    assert fingerprint.of_bank(tmp_path / "bank") == before
    fingerprint.of_bank.cache_clear()
    with open(tmp_path / "bank" / name, "ab") as file:
        file.write(b"#")
    assert fingerprint.of_bank(tmp_path / "bank") != before
    fingerprint.of_bank.cache_clear()
