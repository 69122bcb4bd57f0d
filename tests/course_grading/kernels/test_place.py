"""A project that lies below /tmp: its Python stays in sight, and nothing beside it does."""

import sys
import tempfile
from pathlib import Path

from course_grading.kernels import sandbox, servers
from course_grading.kernels.client import Kernel
from tests.course_grading.kernel_runs import LIMITS, printed, run
from tests.requirements import bubblewrap


def test_python_below_tmp_is_seen_and_its_neighbours_are_not(monkeypatch):
    bubblewrap()
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        numbers, refused = look_around(Path(folder), monkeypatch)
    assert numbers.startswith(("42 ['.venv', 'pyvenv.cfg'] [", "42 ['pyvenv.cfg', '.venv'] ["))
    assert refused in ("PermissionError", "OSError")


def look_around(tmp_path, monkeypatch):
    shown = tmp_path / "project" / ".venv"
    shown.mkdir(parents=True)
    (shown / "module.py").write_text("answer = 42\n")
    alone = tmp_path / "project" / "pyvenv.cfg"  # of an environment that lies there: a file
    alone.write_text("home = /usr\n")
    (tmp_path / "project" / "gradebook.db").write_text("secret")
    ordinary = sandbox._python_folders()
    monkeypatch.setattr(sandbox, "_python_folders", lambda: [*ordinary, str(shown), str(alone)])
    server = servers.KernelServer()
    try:
        kernel = Kernel(server.path, {"files": {}, "sheet": {}}, LIMITS, sandbox.environment())
        seen = run(
            kernel,
            f"import sys, os\nsys.path.insert(0, {str(shown)!r})\nimport module\n"
            f"print(module.answer, os.listdir({str(tmp_path / 'project')!r}), os.listdir('/tmp'))\n"
            f"open('/tmp/own', 'w').close()\n"
            f"try:\n    open({str(shown / 'module.py')!r}, 'a')\n"
            "except OSError as error:\n    print(type(error).__name__)",
        )
        kernel.close()
    finally:
        server.close()
    return printed(seen).splitlines()


def test_the_bank_of_an_installed_copy_is_hidden_too(monkeypatch, tmp_path):
    bubblewrap()
    copy = tmp_path / "site-packages"
    for name in ("course_bank", "course_lib"):
        (copy / name).mkdir(parents=True)
        (copy / name / "key.py").write_text("answer = 26\n")
    ordinary = sandbox._python_folders()
    monkeypatch.setattr(sandbox, "_python_folders", lambda: [*ordinary, str(copy)])
    monkeypatch.syspath_prepend(str(copy))
    server = servers.KernelServer()
    try:
        kernel = Kernel(server.path, {"files": {}, "sheet": {}}, LIMITS, sandbox.environment())
        names = ("/course_bank", "/course_lib")
        look = f"import os\nprint([os.listdir({str(copy)!r} + n) for n in {names}])"
        seen = printed(run(kernel, look))
        kernel.close()
    finally:
        server.close()
    assert seen == "[[], ['key.py']]\n"


def test_a_course_in_the_folder_of_the_environment_is_hidden(monkeypatch, tmp_path):
    """`python -m venv .`: of an environment its own parts are shown, of a course nothing."""
    bubblewrap()
    (tmp_path / "submitted" / "ada").mkdir(parents=True)
    (tmp_path / ".secret").write_text("26")
    beside = tmp_path / "lib" / "course"  # and one among the packages
    (beside / "keys").mkdir(parents=True)
    (beside / ".secret").write_text("26")
    monkeypatch.setattr(sys, "exec_prefix", str(tmp_path))
    hidden = [*sandbox.hidden_parts(tmp_path), *sandbox.hidden_parts(beside)]
    assert str(tmp_path / "lib") not in hidden
    server = servers.KernelServer(hidden=hidden)
    try:
        kernel = Kernel(server.path, {"files": {}, "sheet": {}}, LIMITS, sandbox.environment())
        look = f"import os\nprint(os.listdir({str(tmp_path)!r}), os.listdir({str(beside)!r}))"
        seen = printed(run(kernel, look))
        kernel.close()
    finally:
        server.close()
    assert seen == "['lib'] []\n"


def test_a_course_among_the_systems_files_is_hidden(tmp_path, monkeypatch):
    """Where Python itself lies in the course's folder, its entries are hidden one by one."""
    monkeypatch.setattr(sandbox, "_python_folders", lambda: [str(tmp_path / "bin")])
    for name in ("bin", "keys", "submitted"):
        (tmp_path / name).mkdir()
    (tmp_path / ".secret").write_text("26")
    found = sandbox.hidden_parts(tmp_path)
    assert found == [str(tmp_path / name) for name in (".secret", "keys", "submitted")]
    arguments = sandbox.shown_arguments([*found, str(tmp_path / "bin" / "x")])
    assert str(tmp_path / "keys") not in arguments  # nothing shown holds it
