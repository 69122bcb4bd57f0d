"""What a long set-up has found is found anew whenever it must be."""

from types import SimpleNamespace

import pytest

from tests import kept
from tests.kept import while_right


@pytest.fixture
def use(tmp_path, monkeypatch):
    """A function that uses a set-up; it tells what tests were given, and whether it was found anew.

    ``fails``: how many of the tests that use it fail.
    """
    monkeypatch.setattr(kept, "PLACE", tmp_path / "kept")
    session = SimpleNamespace(testsfailed=3)

    def use(now, found="grades", fails=0):
        made = []
        with while_right(session, "class", now, lambda: made.append(1) or (found, 1)) as given:
            session.testsfailed += fails
        return given, bool(made)

    return use


@pytest.mark.filterwarnings("ignore:class. found before")
def test_it_is_found_once_while_nothing_changes_and_given_alike(use):
    assert use("now") == (["grades", 1], True)
    assert use("now", "others") == (["grades", 1], False)
    assert use("later", "others") == (["others", 1], True)
    assert use("now") == (["grades", 1], True)


@pytest.mark.filterwarnings("ignore:class. found before")
def test_it_is_found_anew_after_a_test_has_failed(use):
    assert use("now", fails=1)[1]
    assert use("now")[1]
    assert not use("now", fails=1)[1]
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
    with pytest.raises(TypeError, match="JSON"):
        use("now", object())
    assert use("now")[1]
