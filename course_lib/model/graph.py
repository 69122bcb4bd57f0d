"""The graph of a model: its layers in an order in which data can run through them.

Every array that comes up on the way has a place, a number. A `Step` is one call of a layer: it
takes the arrays of some places and makes those of others. Forward goes through the steps, backward
goes through them the other way; where an array was taken by several steps, their gradients add up.
A chain of layers is the graph whose every array is taken once.
"""

from typing import NamedTuple

from course_lib.layers.base import Layer
from course_lib.layers.symbolic import Call


class Step(NamedTuple):
    """One call of a layer; ``reads`` and ``writes`` are places of arrays."""

    layer: Layer
    reads: tuple
    writes: tuple

    def taken(self, arrays):
        """The arrays as the layer takes them: a list, or one array."""
        found = [arrays[place] for place in self.reads]
        return found if self.layer.takes_several else found[0]

    def made(self, result):
        """(place, array) of what the layer returned."""
        result = result if len(self.writes) > 1 else [result]
        return zip(self.writes, result, strict=True)


class Graph:
    """``steps`` that lead from the arrays at places ``starts`` to those at places ``ends``.

    ``shapes``: {place: shape}, with None for the batch.
    """

    def __init__(self, steps, shapes, starts, ends):
        self.steps, self.shapes, self.starts, self.ends = steps, shapes, starts, ends
        self._no_longer_read = _last_reads(steps, ends)

    @classmethod
    def between(cls, starts, ends):
        """The graph from the symbolic tensors ``starts`` to ``ends``; ValueError if none leads."""
        nodes = _nodes(starts, ends)
        calls = [node for node in nodes if isinstance(node, Call)]
        tensors = [*starts, *(tensor for call in calls for tensor in call.outputs)]
        place = {id(tensor): number for number, tensor in enumerate(tensors)}

        def places(found):
            return tuple(place[id(tensor)] for tensor in found)

        steps = [Step(call.layer, places(call.inputs), places(call.outputs)) for call in calls]
        shapes = {place[id(tensor)]: tensor.shape for tensor in tensors}
        return cls(steps, shapes, places(starts), places(ends))

    def with_steps(self, steps):
        """The same graph done in other steps."""
        return Graph(steps, self.shapes, self.starts, self.ends)

    def readers(self, place):
        """The steps that take the array at ``place``."""
        return [step for step in self.steps if place in step.reads]

    # -------------------------------------------------------------------------- forward, backward

    def forward(self, inputs, training=False, rng=None, logits=()):
        """(outputs, a cache per step) for a list of inputs.

        The steps that make the places ``logits`` leave out the activation that they end with.
        """
        arrays, caches = dict(zip(self.starts, inputs, strict=True)), []
        for step, done in zip(self.steps, self._no_longer_read, strict=True):
            bare = any(place in logits for place in step.writes)
            forward = step.layer.forward_logits if bare else step.layer.forward
            taken = step.taken(arrays)
            with step.layer.enough_memory(taken):
                result, cache = forward(taken, training, rng)
            arrays.update(step.made(result))
            caches.append(cache)
            for place in done:
                del arrays[place]
        return [arrays[place] for place in self.ends], caches

    def infer(self, inputs):
        """The outputs alone, in inference; an array is let go when no step will read it."""
        arrays = dict(zip(self.starts, inputs, strict=True))
        for step, done in zip(self.steps, self._no_longer_read, strict=True):
            taken = step.taken(arrays)
            with step.layer.enough_memory(taken):
                arrays.update(step.made(step.layer.infer(taken)))
            del taken
            for place in done:
                del arrays[place]
        return [arrays[place] for place in self.ends]

    def backward(self, grad_outputs, caches, need_inputs=True):
        """(gradients of the inputs or None, {layer/name: gradient of the parameter}).

        An end that nothing depends on has the gradient None.
        """
        wanted, flowing, found = self._wanted(need_inputs), {}, {}
        for place, grad in zip(self.ends, grad_outputs, strict=True):
            _add(flowing, place, grad)
        for step, cache in zip(reversed(self.steps), reversed(caches), strict=True):
            grads = [flowing.pop(place, None) for place in step.writes]
            below = not wanted.isdisjoint(step.reads)
            if all(grad is None for grad in grads) or not (below or _learns(step.layer)):
                continue
            grads = grads if len(step.writes) > 1 else grads[0]
            grads, own = step.layer.backward(grads, cache, need_input_gradient=below)
            if below:
                grads = grads if step.layer.takes_several else [grads]
                for place, grad in zip(step.reads, grads, strict=True):
                    if place in wanted:
                        _add(flowing, place, grad)
            if step.layer.trainable:
                for name, gradient in own.items():
                    # A shared layer is met more than once: its gradients add up.
                    _add(found, f"{step.layer.name}/{name}", gradient)
        grad_inputs = [flowing.get(place) for place in self.starts] if need_inputs else None
        return grad_inputs, found

    def _wanted(self, need_inputs):
        """The places whose gradient is of use: the inputs', or below them something learns."""
        wanted = set(self.starts if need_inputs else ())
        for step in self.steps:
            if _learns(step.layer) or not wanted.isdisjoint(step.reads):
                wanted.update(step.writes)
        return wanted

    def output_shapes(self, input_shapes):
        """Shapes of the outputs for inputs of these shapes."""
        shapes = dict(zip(self.starts, input_shapes, strict=True))
        for step in self.steps:
            shapes.update(step.made(step.layer.compute_output_shape(step.taken(shapes))))
        return [tuple(shapes[place]) for place in self.ends]


def _learns(layer):
    return bool(layer.trainable_parameters)


def _add(sums, key, value):
    if value is not None:
        sums[key] = sums[key] + value if key in sums else value


def _last_reads(steps, ends):
    """For each step the places that no later step reads, and that are no ends."""
    seen, found = set(ends), []
    for step in reversed(steps):
        found.append([place for place in {*step.reads, *step.writes} if place not in seen])
        seen.update(step.reads, step.writes)
    return found[::-1]


def _nodes(starts, ends):
    """The ``starts`` and the calls that lead from them to ``ends``, in Keras' order.

    That is by their distance to the outputs, the farthest first; of those at one distance, the one
    that is met first on the way back from the outputs.
    """
    maker = {id(start): start for start in starts}  # the walk back ends at a start

    def node_of(tensor):
        return maker.get(id(tensor), tensor.call)

    met, done, waiting = {}, {}, [(node_of(end), False) for end in reversed(ends)]
    while waiting:
        node, ready = waiting.pop()
        if ready:
            done[id(node)] = node
        if ready or id(node) in met:
            continue
        met[id(node)] = len(met)
        waiting.append((node, True))
        if id(node) not in maker:
            _must_have_sources(node, starts, ends)
            waiting += [(node_of(source), False) for source in reversed(node.inputs)]
    for start in starts:  # those that no output depends on
        if id(start) not in met:
            met[id(start)], done = -1, {**done, id(start): start}

    distance = dict.fromkeys(done, 0)
    for node in reversed(done.values()):
        for source in () if id(node) in maker else node.inputs:
            place = id(node_of(source))
            distance[place] = max(distance[place], distance[id(node)] + 1)
    return sorted(done.values(), key=lambda node: (-distance[id(node)], met[id(node)]))


def _must_have_sources(call, starts, ends):
    if not call.inputs:
        ends, starts = (found[0] if len(found) == 1 else found for found in (ends, starts))
        raise ValueError(
            f"The outputs {ends!r} do not come from the inputs {starts!r} alone: walking back ends "
            f"at {call.outputs[0]!r}. Use the Input that the layers were called on."
        )
