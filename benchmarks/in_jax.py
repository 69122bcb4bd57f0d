"""The lecture's model in JAX, every step compiled: the same layers, batches and Adam."""

import time
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

RATE, BETA_1, BETA_2, EPSILON = 0.001, 0.9, 0.999, 1e-7  # Keras' Adam
DROPPED = 0.5


class Jax:
    """JAX on as many processors as the process may use."""

    def model(self, name):
        """[weights, averages, averages of squares, steps]: what training changes."""
        if name != "mnist":
            raise ValueError(f"jax: model must be mnist, got {name!r}.")
        shapes = {"a": (3, 3, 1, 32), "b": (3, 3, 32, 64), "c": (1600, 10)}
        rng, weights = np.random.default_rng(0), {}
        for layer, shape in shapes.items():
            limit = np.sqrt(6 / (np.prod(shape[:-1]) + np.prod(shape[:-2]) * shape[-1]))
            weights[layer] = jnp.asarray(rng.uniform(-limit, limit, shape), jnp.float32)
            weights[f"{layer}_bias"] = jnp.zeros(shape[-1])
        return [weights, *(jax.tree.map(jnp.zeros_like, weights) for _ in "mv"), 0]

    def fit(self, model, x, y, batch):
        key = jax.random.key(0)
        order = np.random.default_rng(0).permutation(len(x))
        start = time.perf_counter()
        for first in range(0, len(x), batch):
            chosen = order[first : first + batch]
            model[3] += 1
            key, own = jax.random.split(key)
            *model[:3], _ = _step(*model[:3], float(model[3]), x[chosen], y[chosen], own)
        jax.block_until_ready(model[0])
        return time.perf_counter() - start

    def predict(self, model, x, batch):
        start = time.perf_counter()
        for first in range(0, len(x), batch):
            np.asarray(_probabilities(model[0], x[first : first + batch]))
        return time.perf_counter() - start


def _logits(w, x, key=None):
    for layer in "ab":
        x = lax.conv_general_dilated(
            x, w[layer], (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        x = jax.nn.relu(x + w[f"{layer}_bias"])
        x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    x = x.reshape(len(x), -1)
    if key is not None:
        x = jnp.where(jax.random.bernoulli(key, 1 - DROPPED, x.shape), x / (1 - DROPPED), 0)
    return x @ w["c"] + w["c_bias"]


@jax.jit
def _probabilities(w, x):
    return jax.nn.softmax(_logits(w, x))


def _loss(w, x, y, key):
    logits = _logits(w, x, key)
    right = (logits.argmax(-1) == y).mean()
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), y[:, None], 1).mean(), right


@partial(jax.jit, donate_argnums=(0, 1, 2))
def _step(w, m, v, t, x, y, key):
    found, gradients = jax.value_and_grad(_loss, has_aux=True)(w, x, y, key)
    m = jax.tree.map(lambda a, g: BETA_1 * a + (1 - BETA_1) * g, m, gradients)
    v = jax.tree.map(lambda a, g: BETA_2 * a + (1 - BETA_2) * g * g, v, gradients)
    rate = RATE * jnp.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
    w = jax.tree.map(lambda p, a, b: p - rate * a / (jnp.sqrt(b) + EPSILON), w, m, v)
    return w, m, v, found
