"""The memory of freed arrays is kept for the next ones, whichever thread takes them."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="other C libraries have rules of their own"
)
LARGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")

PROGRAM = """
import re
import resource
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from course_lib.training.freed_memory import keep_freed_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    held = [bytearray(20 << 20) for _ in range(8)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

def flags(array):
    '''What the system knows about the memory that the array lies in, as in `man proc_pid_smaps`.'''
    place = array.ctypes.data
    for line in open("/proc/self/smaps"):
        if bounds := re.match("([0-9a-f]+)-([0-9a-f]+) ", line):
            first, end = (int(bound, 16) for bound in bounds.groups())
        if line.startswith("VmFlags:") and first <= place < end:
            return line.split()[1:]

keep_freed_memory()
own = faults(), faults()
with ThreadPoolExecutor(1) as thread:
    print(*own, thread.submit(faults).result())
print("hg" in flags(np.empty(3 << 18, np.float32)))
"""


@pytest.fixture(scope="module")
def told():
    """The lines that a process prints: page faults of some arrays, again, and in a thread; and
    whether an array of 3 MiB may have large pages."""
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_memory_that_was_freed_is_not_asked_for_again(told):
    first, again, by_another_thread = map(int, told[0].split())
    assert again <= first / 10
    assert by_another_thread <= first / 10


@pytest.mark.skipif(
    not LARGE_PAGES.exists() or "[never]" in LARGE_PAGES.read_text(),
    reason="the system has no large pages to give",
)
def test_arrays_lie_in_large_pages(told):
    assert told[1] == "True"
