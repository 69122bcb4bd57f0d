"""The work of fit, evaluate and predict, done alone or by a team of processes.

The parts into which the work is cut, and the order in which their results are added, are the same
however many do it: so are the results, to the last bit. A team is formed only when what is left to
do is worth it, judged by how long the first parts took.
"""

import time
from contextlib import ExitStack

import numpy as np

from course_lib import utils
from course_lib.model.fusion import fuse
from course_lib.training import steps
from course_lib.training.threads import one_thread
from course_lib.training.workers import Team, keep_freed_memory, shared, shared_weights

WORTH = 0.2  # seconds of work left for which a team is formed
ALONE = 2  # batches, or parts, done alone before that is judged; the first is always slow


class SharedWork:
    """Base class: a context in which NumPy has one thread, and a team that forms when it pays."""

    def __init__(self, model):
        self.model = model
        self.network = fuse(model) if utils.fusion() else model
        self._team, self._done, self._start = None, 0, None

    def __enter__(self):
        keep_freed_memory()
        self._stack = ExitStack()
        self._stack.enter_context(one_thread())
        return self

    def __exit__(self, *error):
        self._stack.close()

    def _team_for(self, parts, left):
        """The team, if there is one by now: ``left`` more times ``parts`` parts are to be done."""
        if self._team is None:
            if self._done == ALONE - 1:
                self._start = time.perf_counter()
            elif self._done == ALONE:
                workers = min(parts, utils.workers())
                if workers > 1 and left * (time.perf_counter() - self._start) > WORTH:
                    self._form(workers, parts)
            self._done += 1
        return self._team

    def _form(self, workers, parts):
        self._team = self._stack.enter_context(Team(self.work, workers))

    def work(self, task):
        """One part, done by whichever process."""
        raise NotImplementedError


class BatchGradients(SharedWork):
    """Gradients of batches of the examples (x, y): call with indices, a seed and batches to go."""

    def __init__(self, model, x, y, loss, metrics):
        super().__init__(model)
        self._x, self._y, self._loss, self._metrics = x, y, loss, metrics
        self._slots = None  # per part, in shared memory: {name of the weight: gradient}

    def __call__(self, batch, seed, left=0):
        """The `Part` of the batch: ``batch`` holds the indices of its examples."""
        cuts = steps.parts(len(batch), steps.part_size(self.network, len(batch)))
        team = self._team_for(len(cuts), left)
        if team is None:
            x, y = self._x[batch], self._y[batch]
            return steps.batch_gradients(self.network, x, y, self._loss, self._metrics, seed)
        found = team.map((number, batch[cut], (*seed, number)) for number, cut in enumerate(cuts))
        return steps.total(
            part._replace(gradients=slot) for part, slot in zip(found, self._slots, strict=False)
        )

    def _form(self, workers, parts):
        self._stack.enter_context(shared_weights(self.model))
        weights = self.model.trainable_parameters
        self._slots = [
            {name: shared(array.shape, array.dtype) for name, array in weights.items()}
            for _ in range(parts)
        ]
        super()._form(workers, parts)

    def work(self, task):
        number, indices, seed = task
        part = steps.gradients(
            self.network, self._x[indices], self._y[indices], self._loss, self._metrics,
            np.random.default_rng(seed),
        )  # fmt: skip
        for name, gradient in part.gradients.items():
            self._slots[number][name][...] = gradient
        return part._replace(gradients={})


class Forward(SharedWork):
    """``function(network, slice)`` for slices over ``count`` examples, in inference mode."""

    def __init__(self, model, function, count):
        super().__init__(model)
        self._function, self._count = function, count

    def __iter__(self):
        """(slice, result) for slices of the examples, in order; a bounded number at a time."""
        cuts = steps.parts(self._count, steps.PART)
        at_once = 8 * utils.workers()
        place = 0
        while place < len(cuts):
            team = self._team_for(len(cuts) - place, len(cuts) - place)
            now = cuts[place : place + (at_once if team else 1)]
            yield from zip(now, team.map(now) if team else map(self.work, now), strict=True)
            place += len(now)

    def work(self, cut):
        return self._function(self.network, cut)
