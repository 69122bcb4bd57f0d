"""What a long set-up has found is found anew whenever it must be."""

import os
import subprocess
from types import SimpleNamespace

import pytest

from tests import kept
from tests.kept import Kept, while_right

pytestmark = pytest.mark.filterwarnings("ignore:class. found before")


@pytest.fixture
def use(kept_apart):
    """A function that uses a set-up; it tells what tests were given, and whether it was found anew.

    ``fails``: how many of the tests that use it fail. ``wrong``: what the only one fails with.
    """
    session = SimpleNamespace(testsfailed=3)

    def use(now, found="grades", fails=0, wrong=None):
        made = []
        with while_right(session, "class", now, lambda: made.append(1) or (found, 1)) as given:
            session.testsfailed += fails
            if wrong:
                raise wrong
        return given, bool(made)

    return use


def test_it_is_found_once_while_nothing_changes_and_given_alike(use):
    assert use("now") == (["grades", 1], True)
    assert use("now", "others") == (["grades", 1], False)
    assert use("later", "others") == (["others", 1], True)
    assert use("now") == (["grades", 1], True)


def test_it_is_found_anew_after_a_test_has_failed(use):
    assert use("now", fails=1)[1]
    assert use("now")[1]
    assert not use("now", fails=1)[1]
    assert use("now")[1]


def test_it_is_found_anew_after_the_test_has_failed_that_uses_it_itself(use):
    with pytest.raises(AssertionError):
        use("now", wrong=AssertionError())
    assert use("now")[1]
    with pytest.raises(AssertionError):
        use("now", wrong=AssertionError())
    assert use("now")[1]


def test_it_says_that_it_was_found_before(use):
    use("now")
    with pytest.warns(UserWarning, match="class: found before; nothing under it has changed"):
        use("now")


@pytest.mark.filterwarnings("error")
def test_it_says_nothing_of_what_is_new(use):
    use("now")
    use("later")


def test_what_could_not_be_found_is_found_anew(use):
    use("now")
    with pytest.raises(TypeError, match="JSON"):
        use("later", object())
    assert use("now")[1], "its files may be those of later"


def test_in_ci_nothing_is_taken_from_before(use, monkeypatch):
    use("now")
    monkeypatch.setenv("CI", "true")
    assert use("now")[1]


def test_nothing_is_kept_of_modules_that_may_be_older_than_their_files(use, tmp_path, monkeypatch):
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank/topic.py").write_text("")
    os.utime(tmp_path / "bank/topic.py", (0, 0))  # as `cp -p` gives a file the time of another
    monkeypatch.setattr(kept, "SOURCES", (tmp_path / "bank",))
    changed = (tmp_path / "bank/topic.py").stat().st_ctime
    monkeypatch.setattr(kept, "BEGAN", changed - 1)
    assert use("now")[1] and use("now")[1]
    monkeypatch.setattr(kept, "BEGAN", changed + 1)
    assert use("now")[1] and not use("now")[1]


def test_what_is_there_is_dropped_although_a_file_was_saved(use, monkeypatch):
    use("now")
    monkeypatch.setattr(kept, "saved", lambda since: ["topic.py"])
    use("now", fails=1)
    assert use("now")[1]


@pytest.mark.parametrize("text", ["", '{"last": {"dig', "\udcff"])
def test_what_was_not_written_to_its_end_is_found_anew(use, kept_apart, text):
    use("now")
    (file,) = kept_apart.iterdir()
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert use("now")[1] and not use("now")[1]


def test_an_interrupted_write_leaves_what_was_there(use, monkeypatch):
    use("now")
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.replace", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            Kept("class").drop("last")
    assert not use("now")[1]


def _interrupted(path, target):
    raise KeyboardInterrupt


def test_where_nothing_can_be_written_it_is_found_each_time(use, kept_apart):
    kept_apart.write_text("a file where the folder should be")
    assert use("now") == use("now") == (["grades", 1], True)


def test_a_place_that_is_not_there_has_no_digest(tmp_path):
    with pytest.raises(AssertionError, match="gone"):
        kept.digest(tmp_path, tmp_path / "gone.py")


NAMES = ["COURSE_DATA", "OMP_NUM_THREADS", "TF_ENABLE_ONEDNN_OPTS", "BOOK_URL", "BOOK_REPOSITORY"]


@pytest.mark.parametrize("name", NAMES)
def test_what_programs_ask_the_environment_for_is_looked_at(name, monkeypatch):
    before = kept.surroundings()
    monkeypatch.setitem(kept.ENVIRONMENT, "PYTEST_CURRENT_TEST", "another")
    assert kept.surroundings() == before
    monkeypatch.setitem(kept.ENVIRONMENT, name, "another")
    assert kept.surroundings() != before


def program(path, says, status=0):
    path.write_text(f"#!/bin/sh\necho {says}; exit {status}\n")
    path.chmod(0o755)
    return str(path)


def test_another_browser_another_version_and_other_fonts_draw_otherwise(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    program(tmp_path / "fc-list", "serif")
    browser = program(tmp_path / "chromium", 1)
    seen = [kept.drawing(browser)]
    assert kept.drawing(browser) in seen
    program(tmp_path / "chromium", 2)
    seen.append(kept.drawing(browser))
    program(tmp_path / "fc-list", "sans")
    seen.append(kept.drawing(browser))
    seen.append(kept.drawing(program(tmp_path / "other", 2)))
    assert all(one not in seen[:place] for place, one in enumerate(seen))


def test_a_browser_that_does_not_start_is_no_version(tmp_path):
    with pytest.raises(subprocess.CalledProcessError):
        kept.drawing(program(tmp_path / "chromium", "broken", status=1))
