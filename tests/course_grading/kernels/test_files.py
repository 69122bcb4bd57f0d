"""The files beside a notebook have room of their own in the kernel's home."""

import base64

from tests.course_grading.kernel_runs import LIMITS, job, printed, ran


def test_files_leave_the_home_its_whole_room(kernel_server):
    text = base64.b64encode(bytes(30_000_000)).decode()
    half = LIMITS["disk"] // 2
    made = job(
        "import os\nprint(sum(os.path.getsize(n) for n in ('a.csv', 'b.csv', 'c.csv')))",
        f"with open('own', 'wb') as file:\n    file.write(bytes({half}))\nprint('written')",
        f"with open('more', 'wb') as file:\n    file.write(bytes({2 * half}))\nprint('bounded')",
    )
    made.files = dict.fromkeys(("a.csv", "b.csv", "c.csv"), text)
    sizes, own, more = ran(made, kernel_server.path).outcomes
    assert printed(sizes) == "90000000\n"
    assert printed(own) == "written\n"
    assert more.status == "error"
