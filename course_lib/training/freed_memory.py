"""The memory of freed arrays: kept for the next ones, and in large pages.

A network takes and gives back the same arrays at every step. What the system does for each of them,
however sparing it is meant, costs as much time as filling them. glibc, the C library of most Linux
systems, can be told so; elsewhere nothing changes.
"""

import ctypes
import mmap
import sys
import threading
from functools import lru_cache

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # as in glibc's malloc.h
LARGEST_KEPT, MOST_KEPT = 1 << 25, 1 << 30  # bytes; glibc allows no larger block
LARGE_PAGE, IN_LARGE_PAGES = 1 << 21, 1 << 27  # bytes
_kept = threading.Lock()


def keep_freed_memory():
    """Let the C library keep the memory of freed arrays, for the next arrays.

    By default glibc gives blocks of more than 128 KiB back to the system at once, and smaller ones
    when many are free. Every new array then costs a page fault per 4 KiB: as much time as filling
    it. Blocks above `LARGEST_KEPT` go back all the same. And each thread would have a store of its
    own, so that what one has freed is of no use to another.

    This holds for the whole process and as long as it runs: memory of other libraries is kept too,
    and their threads, if they start later, take it from the same store and wait for each other
    there.
    """
    if not _kept.acquire(blocking=False) or (library := _glibc()) is None:  # once is enough
        return
    library.mallopt(M_MMAP_THRESHOLD, LARGEST_KEPT)
    library.mallopt(M_TRIM_THRESHOLD, MOST_KEPT)
    library.mallopt(M_ARENA_MAX, 1)
    _use_large_pages(library)


def give_back_freed_memory():
    """Give back what `keep_freed_memory` has kept so far: for the moment before a fork.

    Two processes that share a page get a copy, a small page, when one of them writes into it. Of
    memory that holds nothing any more each had better take fresh pages of its own.
    """
    if _kept.locked() and (library := _glibc()) is not None:
        library.malloc_trim(0)
        _use_large_pages(library)


@lru_cache(maxsize=1)
def _glibc():
    """The C library, where it is glibc: others have a `mallopt` too, with other numbers."""
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    if not hasattr(library, "gnu_get_libc_version"):
        return None
    library.malloc.argtypes, library.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
    library.free.argtypes = [ctypes.c_void_p]
    library.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return library


def _use_large_pages(library):
    """Ask for pages of 2 MiB where the next `IN_LARGE_PAGES` bytes of arrays will lie.

    To find a page takes time too, and an array of some MiB has hundreds of small ones. NumPy asks
    for large ones itself, but only from 4 MiB on. The blocks taken here are freed untouched: until
    arrays lie in them they are numbers in a table of the system, and no memory.
    """
    size = LARGEST_KEPT // 2
    blocks = [library.malloc(size) for _ in range(IN_LARGE_PAGES // size)]
    for block in filter(None, blocks):
        library.madvise(block // LARGE_PAGE * LARGE_PAGE, size, mmap.MADV_HUGEPAGE)
    for block in blocks:
        library.free(block)
