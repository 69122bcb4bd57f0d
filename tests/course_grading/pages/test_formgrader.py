"""Formgrader's pages in a real browser, on a class with scripts in its notebooks."""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from types import SimpleNamespace

import pytest
from tornado.web import HTTPError

from course_grading.commands import class_run, sample_class
from course_grading.gradebook.grades import grade_table
from course_grading.pages import formgrader as formgrader_pages
from course_grading.pages import html_cleaning
from course_grading.pages.html_cleaning import clean_page
from tests.course_grading.conftest import PS2
from tests.course_grading.corpus.noisy import SCRIPT
from tests.course_grading.graded_class import AUTOMATIC, hand_in
from tests.course_grading.kernel_runs import wait_until
from tests.requirements import chromium

NAME = "<img src=x onerror='window.hacked = 1'>"
AT = f"autograded/eve/{PS2}"  # from where the server works
LINKS = f"""
![](../../?path={AT}) [course](../../?path={AT}) ![](../../../logout)
<img src=" //elsewhere.example/c.png">
[my figure](figure.html) [out](http://127.0.0.1/logout)
[here](javascript:window.hacked=1) ![](picture.png)
![](http://elsewhere.example/a.png) ![b][ref]

[ref]: http://elsewhere.example/b.png
"""
PAGE = "<script>fetch('/api/contents/hacked.txt', {method: 'PUT', body: '{}'})</script>"


def scripts(book):
    """Right, with scripts in an output, a text cell and the written answer."""
    book.solve()
    code = "from IPython.display import HTML, Markdown, display\n"
    code += f"display(HTML({SCRIPT!r}), Markdown({SCRIPT!r}))\nprint({SCRIPT!r})"
    book.set(book.questions[0], code)
    for cell in book.cells:
        if cell["cell_type"] == "markdown":
            cell["source"] = f"{cell['source']}\n\n{SCRIPT}\n\n1 < 2\n\n{LINKS}"
    raw = {"cell_type": "raw", "id": "raw", "source": SCRIPT}
    book.content["cells"].append({**raw, "metadata": {"raw_mimetype": "text/html"}})
    return book.text()


@pytest.fixture
def formgrader(new_course):
    """Address of a Jupyter server with formgrader, in a course with a graded class."""
    course = new_course()
    class_ = {"ada": sample_class.right, "eve": scripts, "zoe": sample_class.not_a_notebook}
    hand_in(course, {**class_, "mia": sample_class.wrong_id})
    handed_in = course.folder("submitted", PS2, "eve")
    (handed_in / "figure.html").write_text(PAGE)
    (handed_in / "nbgrader_config.py").write_text("open('hacked.txt', 'w').close()")
    os.mkfifo(handed_in / "timestamp.txt")
    stamp = "2024-05-01 12:00:00 UTC".encode("utf-16")
    (course.folder("submitted", PS2, "ada") / "timestamp.txt").write_bytes(stamp)
    for name in (b"\xff", b"x\ny"):
        os.makedirs(os.path.join(os.fsencode(course.root / "submitted"), name, PS2.encode()))
    with course.gradebook() as gradebook:
        gradebook.update_or_create_student("eve", first_name=NAME, last_name=NAME)
    class_run.grade_class(course, PS2, workers=1, say=lambda line: None)
    extensions = "{'nbgrader.server_extensions.formgrader': True, 'jupyterlab': False}"
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"]
    options = {
        "ip": "127.0.0.1",
        "port": 0,
        "token": "",
        "password": "",
        "root_dir": course.root,
        "jpserver_extensions": extensions,
    }
    command += [f"--ServerApp.{name}={value}" for name, value in options.items()]
    paths = os.pathsep.join(filter(None, sys.path))
    environment = {**os.environ, "PYTHONPATH": paths, "JUPYTER_CONFIG_DIR": str(course.root / "j")}
    environment["JUPYTER_RUNTIME_DIR"] = str(course.root / "runtime")
    log = open(course.root / "server.log", "w")  # noqa: SIM115
    process = subprocess.Popen(
        command, cwd=course.root, env=environment, stdout=log, stderr=subprocess.STDOUT
    )

    def address():
        assert process.poll() is None, (course.root / "server.log").read_text()
        with contextlib.suppress(OSError, ValueError):  # not there yet, or half of it
            (file,) = (course.root / "runtime").glob("jpserver-*.json")
            found = f"{json.loads(file.read_text())['url']}formgrader"
            urllib.request.urlopen(found, timeout=5).close()
            return found

    wait_until(address, 120)
    yield address(), course
    process.terminate()
    process.wait()
    log.close()


@pytest.mark.browser
@pytest.mark.slow
def test_formgrader_shows_the_class_and_obeys_no_script(formgrader):
    from playwright.sync_api import sync_playwright

    address, course = formgrader
    with course.gradebook() as gradebook:
        ids = {
            student: gradebook.find_submission_notebook(PS2, PS2, student).id
            for student in ("ada", "eve", "zoe", "mia")
        }
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        tab = browser.new_page()
        errors = []
        tab.on("pageerror", lambda error: errors.append(str(error)))
        place = address.rpartition("/")[0]
        asked = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.route(lambda url: not url.startswith(place), lambda route: route.abort())
        tab.goto(f"{address}/manage_assignments")
        tab.get_by_text(PS2).first.wait_for()
        tab.goto(f"{address}/manage_submissions/{PS2}")
        tab.get_by_text("ada").first.wait_for()
        assert (
            f"{AUTOMATIC:g} / {grade_table(course, PS2)[0].most:g}"
            in tab.locator("tr", has_text="ada").first.inner_text()
        )
        rows = tab.request.get(f"{address}/api/submissions/{PS2}").json()
        assert {row["student"] for row in rows} == set(ids)
        (ada,) = [row for row in rows if row["student"] == "ada"]
        assert ada["autograded"] and ada["timestamp"].startswith("2024-05-01T12:00:00")
        for student, number in ids.items():
            tab.goto(f"{address}/submissions/{number}")
            tab.locator("div.nbgrader_cell").first.wait_for()
            tab.wait_for_timeout(500)
            assert tab.evaluate("window.hacked === undefined && parent.hacked === undefined")
            text = tab.locator("body").inner_text()
            if student == "zoe":
                assert "could not be read" in text
            elif student == "mia":
                assert "For the instructor only" in text
                assert "the notebook says STUDENT_ID = 'miax'" in text
            else:
                typed = "typed into the instructor's cells, kept" in text
                assert ("For the instructor only" in text) == typed == (student == "eve")
                assert "1 of 1 points" in text
                assert not any(tag in text for tag in ("<p>", "<thead>", "<tbody>", "<th>"))
                assert tab.locator(".input_area span.n, .input_area span.nb").count()  # in colour
                assert student != "eve" or SCRIPT[:30] in text
            if student == "eve":
                assert NAME in tab.locator("nav").text_content()
                assert (
                    tab.locator("#notebook a", has_text="here").first.get_attribute("href") is None
                )
                assert tab.locator("#notebook img[src='picture.png']").count()
                course_link = tab.locator("#notebook a", has_text="course").first
                assert course_link.get_attribute("href") is None
                out = tab.locator("#notebook a", has_text="out").first
                assert out.get_attribute("href") is None
                with tab.expect_download() as download:
                    tab.locator("#notebook a", has_text="my figure").first.click()
                assert download.value.suggested_filename == "figure.html"
                answer = tab.request.get(f"{address}/submissions/{number}/figure.html")
                assert answer.headers["content-security-policy"].startswith("sandbox")
        assert tab.request.get(f"{address}?path={AT}").status == 403
        assert tab.request.get(f"{address}?path={course.root}").ok
        assert not [url for url in asked if "elsewhere" in url or "?path" in url or "logout" in url]
        assert not (course.root / "hacked.txt").exists()
        browser.close()
    assert [error for error in errors if "MathJax" not in error] == []  # it comes from outside


class Slow:
    """An exporter that a submission keeps busy."""

    def from_filename(self, filename, resources):
        if "slow" in filename:
            time.sleep(60)
        return f"page of {filename} for {resources['student']}", resources


def test_a_page_that_takes_too_long_costs_that_page_alone(monkeypatch):
    exporter = formgrader_pages._Exporter(Slow(), "localhost")
    page, _ = exporter.from_filename("good.ipynb", {"student": "<b>"})
    assert page == "page of good.ipynb for &lt;b&gt;"
    monkeypatch.setattr(formgrader_pages, "SECONDS", 0.2)
    page, _ = exporter.from_filename("slow.ipynb", {"student": "ada"})
    assert "cannot be shown: that took more than 0.2 seconds" in page


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:8888/logout",
        "http://LOCALHOST./logout",
        "http:///logout",
        "http://x@127.0.0.1/logout",
        "http://127.1/",
        "http://2130706433/",
        "http://127.0.0.0x1/",
        "http://[::1]:8888/logout",
        "http://0/",
        "https://here.localhost/",
        "https://elsewhere.example\\@localhost/",
        "https://elsewhere.example@localhost/",
        "http://l%6fcalhost.example/",
        "http://ｌｏｃａｌｈｏｓｔ/",
        "http:logout",
        "//localhost/logout",
        "http://hub.example:8000/hub/logout",
        "http://HUB.example./hub/logout",
    ],
)
def test_a_link_to_the_servers_own_pages_is_no_link(monkeypatch, address):
    monkeypatch.setattr(html_cleaning, "_own", set())
    html_cleaning.keep_no_link_to("hub.example")
    for clean in (html_cleaning.clean_html, html_cleaning.clean_formgrader, clean_page):
        assert "href" not in clean(f'<a href="{address}">x</a>')


@pytest.mark.parametrize(
    "address",
    [
        "http://hub.example.org/a?b=1#c",
        "https://elsewhere.example",
        "https://elsewhere.example:8443/a",
        "mailto:ada@elsewhere.example",
        "figure.html",
    ],
)
def test_a_link_to_another_site_or_a_file_stays(monkeypatch, address):
    monkeypatch.setattr(html_cleaning, "_own", {"hub.example"})
    assert f'href="{address}"' in clean_page(f'<a href="{address}">x</a>')


class Asked:
    """A request for the page that opens a course, by someone who has not logged in."""

    current_user = None
    request = SimpleNamespace(method="GET", uri="/formgrader?path=/elsewhere", full_url=str)
    coursedir = SimpleNamespace(root="/the/course")

    def get_argument(self, name, default):
        return "/elsewhere"

    def get_login_url(self):
        return "/login"

    def redirect(self, url):
        self.led_to = url


def test_who_has_not_logged_in_is_not_told_where_the_course_lies():
    asked = Asked()
    get = formgrader_pages.opened(lambda handler: pytest.fail("opened"))
    get(asked)
    assert asked.led_to.startswith("/login?next=")
    asked.current_user = "ada"
    with pytest.raises(HTTPError, match="This formgrader shows /the/course"):
        get(asked)
