"""Parts of a batch that meet: sums over the whole batch, where each part knows only its own.

Batch normalisation in training needs the mean and the variance of every channel over the whole
batch. Where part p holds n_p numbers of a channel, s_p is their sum and q_p that of their squares,

    n = sum of all n_p    mean = sum of all s_p / n    variance = sum of all q_p / n - mean * mean

(Chan, Golub and LeVeque, 1983, who also say from where to count where digits cancel: see
`ops.normalization`). Its way back needs two sums more. So the parts of a batch can be done side by
side if they wait for each other at these layers, and add up: `over_batch`. Between processors that
is known as synchronised batch normalisation (Peng and others, 2018).

All parts come to the same layers in the same order. Their sums are added in the order of the parts,
so the result is the same however many processes or threads do them.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import ContextVar, copy_context
from functools import reduce
from operator import add
from threading import Condition, Semaphore

import numpy as np

APART = (
    "The parts of a batch must come to the same sums in the same order, but one ended or was "
    "elsewhere while others waited for it. A layer that adds up over the batch must do so in every "
    "part."
)
_seat = ContextVar("seat", default=None)  # (meeting, number) of the part that is done here


def over_batch(own: np.ndarray) -> np.ndarray:
    """The sum of what all parts of the batch give; ``own`` itself where it is not cut."""
    seat = _seat.get()
    if seat is None:
        return own
    meeting, number = seat
    return meeting.total(number, own)


def added(sums: list) -> np.ndarray:
    """The sum of a list of arrays, in its order."""
    if len({array.shape for array in sums}) > 1:
        raise PartsApart
    return reduce(add, sums)


class PartsApart(RuntimeError):
    """A part of the batch ended, or came to another sum, while others waited for it."""

    def __init__(self, text: str = APART) -> None:
        super().__init__(text)


class Meeting:
    """The parts of a batch, each done by a thread, ``at_once`` of them at a time.

    Where this process does only some of the parts, ``join`` takes the list of their sums and
    returns the sum over all (see `training.workers`).
    """

    def __init__(self, at_once: int = 1, join: Callable = added) -> None:
        self._turns, self._changed = Semaphore(at_once), Condition()
        self._join, self._sums, self._total = join, {}, None
        self._count, self._met, self._ended = 0, 0, False
        self._errors = np.geterr()  # older NumPys keep these settings for each thread

    def run(self, function: Callable, tasks: Sequence) -> list:
        """[function(task) for task in tasks], a part each. An error in one ends them all."""
        self._count = len(tasks)
        if self._count == 1:
            return [copy_context().run(self._part, function, 0, tasks[0])]
        with ThreadPoolExecutor(self._count) as pool:
            parts = []
            try:
                for number, task in enumerate(tasks):
                    own = copy_context().run
                    parts.append(pool.submit(own, self._part, function, number, task))
                wait(parts)
            finally:  # after Ctrl-C, or without a thread for each: nobody waits for ever
                self._end()
        errors = [error for part in parts if (error := part.exception()) is not None]
        if errors:  # those of the parts that waited for another say less
            raise min(errors, key=lambda error: isinstance(error, PartsApart))
        return [part.result() for part in parts]

    def _part(self, function, number, task):
        _seat.set((self, number))
        try:
            with self._turns, np.errstate(**self._errors):
                return function(task)
        finally:
            self._end()

    def _end(self):
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def total(self, number: int, own: np.ndarray) -> np.ndarray:
        """The sum over the batch, of which part ``number`` has its ``own``: not to be changed."""
        self._turns.release()
        try:
            with self._changed:
                return self._together(number, own)
        finally:
            self._turns.acquire()

    def _together(self, number, own):
        if self._ended:
            raise PartsApart
        met = self._met
        self._sums[number] = own
        if len(self._sums) == self._count:
            self._total = self._join([self._sums.pop(number) for number in range(self._count)])
            self._met += 1
            self._changed.notify_all()
        else:
            self._changed.wait_for(lambda: self._met > met or self._ended)
        if self._met == met:
            raise PartsApart
        return self._total
