"""What is installed where: the lock on the machines that people have, and groups without Keras."""

import importlib.util
import os
import py_compile
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCKED = [Requirement(line) for line in re.findall(r"^(\w[^\\\n]*)", LOCK, re.MULTILINE)]
MACHINES = {
    "Linux": ("linux", "x86_64", "tensorflow-cpu"),
    "Linux on ARM": ("linux", "aarch64", "tensorflow"),
    "Mac with Intel": ("darwin", "x86_64", "tensorflow"),
    "Mac with ARM": ("darwin", "arm64", "tensorflow"),
    "Windows": ("win32", "AMD64", "tensorflow"),
}


def _sets():
    """The sets of groups that the targets of the Makefile install, by name."""
    return dict(re.findall(r"^(BOOK|GRADING|ALL) = (.+)$", MAKEFILE, re.MULTILINE))


def _here(requirements, where):
    """Those of ``requirements`` that count where the markers' names have the values ``where``."""
    return [one for one in requirements if one.marker is None or one.marker.evaluate(where)]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_lock_has_one_version_of_everything_for_each_machine(machine, python):
    """`scripts/check-lock.sh` asks the registry whether these have wheels; this asks the lock."""
    system, processor, tensorflow = MACHINES[machine]
    where = {
        "sys_platform": system,
        "platform_machine": processor,
        "os_name": "nt" if system == "win32" else "posix",
        "python_version": python,
        "python_full_version": f"{python}.9",
    }
    locked = {}
    for one in _here(LOCKED, where):
        assert one.name not in locked, f"{one.name} twice"
        locked[one.name] = str(one.specifier).removeprefix("==")
    groups = PROJECT["optional-dependencies"]
    lines = [*PROJECT["dependencies"], *(line for lines in groups.values() for line in lines)]
    asked = [Requirement(line) for line in lines]
    asked = [one for one in _here(asked, where) if one.name != PROJECT["name"]]
    for one in asked:
        assert one.specifier.contains(locked[one.name.lower()]), one
    has = {one.name for one in asked if one.name.startswith("tensorflow")}
    none = (machine, python) == ("Mac with Intel", "3.13")  # no TensorFlow was made for it
    assert has == (set() if none else {tensorflow})


@pytest.fixture(scope="module")
def installed_sizes():
    """The module scripts/installed_sizes.py."""
    spec = importlib.util.spec_from_file_location(
        "installed_sizes", ROOT / "scripts" / "installed_sizes.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("groups", [[], ["grading"], ["hub"], ["book"], ["tests"], ["modern"]])
def test_reading_exercises_and_grading_need_no_tensorflow(groups, installed_sizes):
    heavy = {"tensorflow", "tensorflow-cpu", "keras", "torch"}
    assert not installed_sizes.closure(groups) & heavy
    assert "keras" in installed_sizes.closure([*groups, "keras"])


def test_what_is_installed_is_not_weighed_without_its_bytecode(
    installed_sizes, tmp_path, monkeypatch
):
    module = tmp_path / "module.py"
    module.write_text("one = 1\n")
    installed = [SimpleNamespace(suffix=".py", locate=lambda: module)]
    monkeypatch.setattr(installed_sizes.metadata, "files", lambda name: installed)
    with pytest.raises(FileNotFoundError, match="unset PYTHONPYCACHEPREFIX"):
        installed_sizes.weight(["one"])
    compiled = Path(py_compile.compile(module))
    size = (module.stat().st_size + compiled.stat().st_size) / 1e6
    assert installed_sizes.weight(["one"]) == (size, 2)


def test_what_make_installs_it_has_weighed():
    weighed = [
        line.split("\t") for line in (ROOT / "scripts/installed_sizes.tsv").read_text().splitlines()
    ]
    assert sorted(groups for groups, *_ in weighed) == sorted(_sets().values())
    assert all(int(size) > 100 and int(files) > 1000 for _, size, files in weighed)


@pytest.mark.parametrize(
    ("target", "groups"), [("book", "BOOK"), ("grade", "GRADING"), ("env", "ALL")]
)
def test_a_target_sets_up_what_it_needs_and_says_what_that_weighs(target, groups, tmp_path):
    asked = ["make", "-n", "-C", ROOT, "-W", "requirements.lock", target]
    printed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    (command,) = [line for line in printed.splitlines() if line.startswith("scripts/setup-python")]
    assert command.split()[1:] == _sets()[groups].split()
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    (tmp_path / "bin").mkdir()
    uv = tmp_path / "bin" / "uv"
    uv.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/installed\n')
    uv.chmod(0o755)
    path = {"PATH": f"{uv.parent}:{os.environ['PATH']}"}
    said = subprocess.run(
        command.split(),
        cwd=tmp_path,
        env=os.environ | path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.fullmatch(
        rf"Setting up .venv: {_sets()[groups]} \(\d+ MB, \d+ files on Linux\) ...\n", said.stdout
    )
    extras = re.findall(r"--extra (\w+)", (tmp_path / "installed").read_text())
    assert extras == _sets()[groups].split()


def test_a_machine_without_a_wheel_fails_the_check_of_the_lock(tmp_path):
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    uv = tmp_path / "uv"
    uv.write_text(
        '#!/bin/sh\ncase "$*" in *x86_64-apple*3.12*) echo "no wheel" >&2; exit 1;; esac\n'
    )
    uv.chmod(0o755)
    path = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    asked = [tmp_path / "scripts" / "check-lock.sh"]
    checked = subprocess.run(asked, env=path, capture_output=True, text=True)
    assert checked.returncode == 1
    assert checked.stdout == "x86_64-apple-darwin, Python 3.12: no wheel\n"
