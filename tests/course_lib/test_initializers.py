"""First weights and seeds, and one-hot rows."""

import random
import re

import numpy as np
import pytest

from course_lib import initializers, utils

SHAPE = (3, 3, 40, 80)  # fan_in 360, fan_out 720


def says(text, kind=ValueError):
    return pytest.raises(kind, match=re.escape(text))


@pytest.mark.parametrize(
    "name, variance",
    [
        ("glorot_uniform", 2 / (360 + 720)),
        ("glorot_normal", 2 / (360 + 720)),
        ("he_uniform", 2 / 360),
        ("he_normal", 2 / 360),
        ("lecun_uniform", 1 / 360),
        ("lecun_normal", 1 / 360),
        ("random_uniform", 0.1**2 / 12),
        ("random_normal", 0.05**2),
    ],
)
def test_variance(name, variance):
    utils.set_random_seed(0)
    weights = initializers.get(name)(SHAPE)
    assert weights.dtype == np.float32 and weights.shape == SHAPE
    assert weights.var() == pytest.approx(variance, rel=0.02)
    assert abs(weights.mean()) < 0.01 * np.sqrt(variance) * 3


def test_glorot_uniform_fills_its_limits_and_no_more():
    limit = np.sqrt(6 / (360 + 720))
    weights = initializers.GlorotUniform(seed=0)(SHAPE)
    assert 0.999 * limit < np.abs(weights).max() <= limit


def test_truncated_normal_stays_within_two_deviations():
    weights = initializers.TruncatedNormal(mean=1, stddev=0.5, seed=0)((200, 200))
    assert 1 - 2 * 0.5 <= weights.min() < 0.05 and 1.95 < weights.max() <= 1 + 2 * 0.5


def test_fans():
    assert initializers.fans((3, 3, 40, 80)) == (360, 720)
    assert initializers.fans((1600, 10)) == (1600, 10)
    assert initializers.fans((7,)) == (7, 7) and initializers.fans(()) == (1, 1)


def test_constants_and_their_names():
    assert (initializers.Constant(2.5)((3,)) == 2.5).all()
    assert (initializers.get("ones")((3,)) == 1).all()
    assert isinstance(initializers.get("GlorotUniform"), initializers.GlorotUniform)
    assert repr(initializers.RandomUniform(seed=1)) == (
        "RandomUniform(minval=-0.05, maxval=0.05, seed=1)"
    )


def test_own_seed_repeats_common_seed_goes_on():
    own = initializers.HeNormal(seed=4)
    np.testing.assert_array_equal(own((5, 5)), own((5, 5)))
    utils.set_random_seed(4)
    common = initializers.HeNormal()
    assert not np.array_equal(common((5, 5)), common((5, 5)))


def test_set_random_seed_seeds_all_generators():
    def draw():
        utils.set_random_seed(123)
        return random.random(), np.random.rand(), initializers.generator().random()

    assert draw() == draw()


def test_to_categorical():
    np.testing.assert_array_equal(utils.to_categorical([0, 2, 1]), np.eye(3)[[0, 2, 1]])
    assert utils.to_categorical([[1], [0]], 4).shape == (2, 4)
    assert utils.to_categorical([[1, 0], [2, 2]]).shape == (2, 2, 3)


@pytest.mark.parametrize(
    "call, text, kind",
    [
        (
            lambda: initializers.get("glorot"),
            "Unknown initializer 'glorot'. Do you mean 'glorot_normal'? Known: con",
            ValueError,
        ),
        (lambda: initializers.get(3), "An initializer must be a name, an initializer", TypeError),
        (
            lambda: initializers.VarianceScaling(mode="fan"),
            "mode must be one of fan_in",
            ValueError,
        ),
        (lambda: initializers.VarianceScaling(0), "scale must be positive, got 0", ValueError),
        (lambda: utils.set_random_seed(-1), "seed must be from 0 to 2**32 - 1, got -1", ValueError),
        (lambda: utils.set_random_seed("a"), "seed must be an integer, got 'a'", TypeError),
        (lambda: utils.to_categorical([0.5]), "x must hold whole class numbers", ValueError),
        (lambda: utils.to_categorical([0, 5], 3), "class numbers from 0 to 2, got 5", ValueError),
        (lambda: utils.to_categorical([]), "num_classes must be given when x is empty", ValueError),
    ],
)
def test_refuses(call, text, kind):
    with says(text, kind):
        call()
