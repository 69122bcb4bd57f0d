"""The memory of freed arrays is kept for the next ones, whichever thread takes them."""

import platform
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from course_lib.training import freed_memory

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
    return []

keep_freed_memory()
faults()  # now there is something to keep
own = faults()
with ThreadPoolExecutor(1) as thread:
    print((160 << 20) // resource.getpagesize(), own, thread.submit(faults).result())
print(*flags(np.empty(3 << 18, np.float32)))
"""


@pytest.fixture(scope="module")
def told():
    """The lines that a process prints: small pages of some arrays, and how many it had to ask for
    when others of that size were freed, itself and in a thread; and what the system knows about
    the memory of an array of 3 MiB."""
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_memory_that_was_freed_is_not_asked_for_again(told):
    pages, again, by_another_thread = map(int, told[0].split())
    assert again <= pages / 10
    assert by_another_thread <= pages / 10


@pytest.mark.skipif(
    not LARGE_PAGES.exists() or "[never]" in LARGE_PAGES.read_text(),
    reason="the system has no large pages to give",
)
def test_arrays_lie_in_large_pages(told):
    flags = told[1].split()
    if not flags:
        pytest.skip("the system does not tell what it knows about memory: no VmFlags in smaps")
    assert "hg" in flags


def test_the_c_library_is_opened_once(monkeypatch):
    freed_memory.keep_freed_memory()
    freed_memory.give_back_freed_memory()
    opened = []
    monkeypatch.setattr(freed_memory.ctypes, "CDLL", opened.append)
    freed_memory.keep_freed_memory()
    freed_memory.give_back_freed_memory()
    assert not opened


def test_another_c_library_is_left_alone(monkeypatch):
    """Even one that has functions of the same names."""
    other = SimpleNamespace(mallopt=None, malloc=None, free=None, madvise=None, malloc_trim=None)
    monkeypatch.setattr(freed_memory.ctypes, "CDLL", lambda name: other)
    assert freed_memory._glibc.__wrapped__() is None


HELPER = """
import os

from course_lib.training.freed_memory import keep_freed_memory
from course_lib.training.workers import Team

def held(task):
    '''MiB that this process holds, files left out.'''
    for line in open("/proc/self/status"):
        if line.startswith("RssAnon:"):
            return os.getpid(), int(line.split()[1]) // 1024

keep_freed_memory()
arrays = [bytearray(10 << 20) for _ in range(10)]
del arrays
own = held(0)
with Team(held, 2) as team:
    here, there = team.map([0, 1])
print(own[0] == here[0] != there[0], own[1], here[1], there[1])
"""


def test_a_helper_does_not_begin_with_memory_that_was_freed():
    done = subprocess.run([sys.executable, "-c", HELPER], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    processes, before, *since = done.stdout.split()
    assert processes == "True"
    assert int(before) > 100 and all(int(held) < int(before) - 90 for held in since)
