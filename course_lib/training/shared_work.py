"""The work of fit, evaluate and predict, done alone or by a team of processes.

The parts into which the work is cut, and the order in which their results are added, are the same
however many do it: so are the results, to the last bit. A team is formed only when what is left to
do is worth it, judged by how long the first parts took.
"""

import time
from contextlib import ExitStack

import numpy as np

from course_lib import utils
from course_lib.ops import sharing
from course_lib.ops.dense import FactoredGradient
from course_lib.training import several_arrays, steps
from course_lib.training.folding import fold
from course_lib.training.freed_memory import keep_freed_memory
from course_lib.training.fusion import fuse
from course_lib.training.threads import one_thread
from course_lib.training.workers import (
    Team,
    can_fork,
    shared,
    shared_arrays,
    weights_of,
)

WORTH = 0.2  # seconds of work left for which a team is formed
ALONE = 2  # batches, or parts, done alone before that is judged for the last time
SLOW = 4  # the first takes up to so many times as long: judged by it, so much more must be left


class SharedWork:
    """Base class: a context in which NumPy has one thread, and a team that forms when it pays."""

    def __init__(self, model):
        self.model = model
        self.network = self.prepared(model) if utils.fusion() else model
        self._team, self._done, self._last = None, 0, None

    def prepared(self, model):
        """The model as it is run: the same in fewer steps."""
        return fuse(model)

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
            now, workers = time.perf_counter(), min(parts, utils.workers())
            if workers > 1 and 0 < self._done <= ALONE:
                slow = SLOW if self._done < ALONE else 1
                if left * (now - self._last) > slow * WORTH:
                    self._form(workers, parts)
            self._last = now
            self._done += 1
        return self._team

    def _form(self, workers, parts):
        self._team = self._stack.enter_context(Team(self.work, workers))

    def work(self, task):
        """One part, done by whichever process."""
        raise NotImplementedError


class BatchSteps(SharedWork):
    """A training step on batches of the examples (x, y): first `gradients`, then `step`.

    A team shares out the parts of a batch, and then the rows of the large kernels whose gradients
    were left as factors: a worker multiplies out some rows, and the optimizer changes them.
    """

    def __init__(self, model, examples, loss, metrics, optimizer):
        super().__init__(model)
        self._held = examples  # (x, y, weights or None); None: each batch comes by `load`
        self._loads = examples is None
        self._at_hand = True  # whether the team has what is held
        self._most, self._parts = 0, 0  # examples and parts of the largest batch before the team
        self._by_team = False  # whether the last gradients are the team's
        self._loss, self._metrics, self._penalties = loss, metrics, model.penalties
        self._optimizer, self._kinds = optimizer, None  # the kinds of averages that are shared
        self._largest = None  # gradients of the largest batch before the team
        self._slots = None  # per part, in shared memory: {name of the weight: gradient}
        self._factored = None  # of a whole batch, in shared memory: {name: its two factors}

    def load(self, x, y, weights=None):
        """Hold the examples of one batch; returns their indices."""
        if self._team is None:
            self._held = (x, y, weights)
        else:
            self._at_hand = several_arrays.copy_into(self._shared, (x, y, weights))
            self._held = self._shared if self._at_hand else (x, y, weights)
        return np.arange(len(x))

    def gradients(self, batch, seed, left=0):
        """The `Part` of a batch, given the indices of its examples, a seed and batches to go."""
        alone = self.network.treats_examples_alone
        cuts = steps.parts(len(batch), steps.part_size(self.network, len(batch)))
        if self._team is None and len(batch) >= self._most:
            self._parts = len(cuts)
        together = can_fork() or self.network.meets  # threads do parts in one and the same model
        together = together and len(batch) <= self._most  # for what is larger there is no room
        team = self._team_for(self._parts if together else 1, left)
        self._by_team = team is not None and self._at_hand and len(batch) <= self._most
        if not self._by_team:
            x, y, weights = self._examples(batch)
            whole = len(cuts) == 1 and not alone
            with sharing.threads(utils.workers() if whole else 1):
                part = steps.batch_gradients(
                    self.network, x, y, self._loss, self._metrics, seed, weights
                )
            if team is None and len(batch) >= self._most:
                self._largest, self._most = part.gradients, len(batch)
            return part
        tasks = [("_part", n, cut, batch[cut], (*seed, n)) for n, cut in enumerate(cuts)]
        found = team.map(tasks, meet=len(cuts) > 1 and not alone)
        part = steps.total(
            part._replace(gradients=slot) for part, slot in zip(found, self._slots, strict=False)
        )
        return part._replace(gradients=part.gradients | self._joined(len(batch)))

    def step(self, part):
        """The optimizer's step by the mean gradient; returns the `Part` with the penalties."""
        for gradient in part.gradients.values():
            gradient /= part.count
        weights = self.model.trainable_parameters
        gradients, penalty = self._with_penalties(part.gradients, weights)
        late = [n for n, g in gradients.items() if isinstance(g, FactoredGradient)]
        optimizer = self._optimizer
        shares = self._by_team and optimizer.kinds == self._kinds
        if not shares or optimizer.needs_whole_gradients:
            late = []
        optimizer.apply({n: g for n, g in gradients.items() if n not in late}, weights)
        if late:
            settings = optimizer.step_settings()
            self._team.map(
                ("_rows", name, rows, len(gradients[name].inputs), settings)
                for name in late
                for rows in gradients[name].cuts()
            )
        return part._replace(loss_sum=part.loss_sum + penalty * part.count)

    def _with_penalties(self, gradients, weights):
        """(gradients with those of the regularizers added, the sum of their penalties)."""
        penalty = 0.0
        for name, regularizer in self._penalties.items():
            penalty += regularizer(weights[name])
            own = regularizer.gradient(weights[name])
            gradients = gradients | {name: np.asarray(gradients[name]) + own}
        return gradients, penalty

    def _form(self, workers, parts):
        averages, self._kinds = self._optimizer.averages, self._optimizer.kinds
        if self._loads:
            self._held = self._shared = several_arrays.shared_copies(self._held, self._most)
        places = [*weights_of(self.model), *((averages, key) for key in averages)]
        self._stack.enter_context(shared_arrays(places))
        # A smaller batch may have more parts than a larger one, but never more than four then.
        self._factored, self._slots = {}, [{} for _ in range(max(4, parts))]
        for name, gradient in self._largest.items():
            if isinstance(gradient, FactoredGradient):
                factors = (gradient.inputs, gradient.grad_outputs)
                self._factored[name] = tuple(shared(a.shape, a.dtype) for a in factors)
            else:
                for slot in self._slots:
                    slot[name] = shared(gradient.shape, gradient.dtype)
        super()._form(workers, parts)

    def work(self, task):
        method, *arguments = task
        return getattr(self, method)(*arguments)

    def _part(self, number, cut, indices, seed):
        """One part's `Part`, its gradients in shared memory."""
        x, y, weights = self._examples(indices)
        part = steps.gradients(
            self.network, x, y, self._loss, self._metrics, np.random.default_rng(seed), weights
        )
        for name, gradient in part.gradients.items():
            if name in self._factored:
                inputs, grad_outputs = self._factored[name]
                inputs[cut], grad_outputs[cut] = gradient.inputs, gradient.grad_outputs
            else:
                self._slots[number][name][...] = gradient
        return part._replace(gradients={})

    def _rows(self, name, rows, examples, settings):
        """The optimizer's step on some rows of a kernel with a factored gradient."""
        self._optimizer.set_step(settings)
        weights = self.model.trainable_parameters[name]
        self._optimizer.apply_rows(name, weights, self._joined(examples)[name], rows)

    def _examples(self, indices):
        return tuple(None if part is None else part[indices] for part in self._held)

    def _joined(self, examples):
        """{name: factored gradient} of the batch that lies in shared memory."""
        return {
            name: FactoredGradient(*(array[:examples] for array in factors))
            for name, factors in self._factored.items()
        }


class Forward(SharedWork):
    """``function(network, slice)`` for slices over ``count`` examples, in inference mode."""

    def __init__(self, model, function, count):
        super().__init__(model)
        self._function, self._count = function, count

    def prepared(self, model):
        return fuse(fold(model))

    def __iter__(self):
        """(slice, result) for slices of the examples, in order; a bounded number at a time."""
        cuts = steps.parts(self._count, steps.inference_part(self.model))
        at_once = 8 * utils.workers()
        place = 0
        while place < len(cuts):
            team = self._team_for(len(cuts) - place, len(cuts) - place)
            now = cuts[place : place + (at_once if team else 1)]
            yield from zip(now, team.map(now) if team else map(self.work, now), strict=True)
            place += len(now)

    def work(self, cut):
        return self._function(self.network, cut)
