"""Steps of the optimizers beside Keras."""

import numpy as np
import pytest

from course_lib import losses, naming, optimizers, regularizers

pytestmark = pytest.mark.keras

OPTIMIZERS = {
    "sgd": lambda m: m.SGD(0.1),
    "momentum": lambda m: m.SGD(0.05, momentum=0.9),
    "nesterov": lambda m: m.SGD(0.05, momentum=0.9, nesterov=True),
    "adam": lambda m: m.Adam(0.01),
    "adam-large-epsilon": lambda m: m.Adam(0.01, beta_1=0.8, beta_2=0.9, epsilon=0.1),
    "rmsprop": lambda m: m.RMSprop(0.01, rho=0.8, momentum=0.5),
}


@pytest.mark.parametrize("case", OPTIMIZERS)
def test_optimizer_steps_are_those_of_keras(keras, case):
    rng = np.random.default_rng(2)
    start = rng.normal(size=(4, 3)).astype(np.float32)
    gradients = rng.normal(size=(8, 4, 3)).astype(np.float32) * np.float32(0.3)
    mine, theirs = start.copy(), keras.Variable(start)
    ours, keras_optimizer = OPTIMIZERS[case](optimizers), OPTIMIZERS[case](keras.optimizers)
    for gradient in gradients:
        ours.apply({"w": gradient}, {"w": mine})
        keras_optimizer.apply([keras.ops.convert_to_tensor(gradient)], [theirs])
    np.testing.assert_allclose(mine, np.asarray(theirs), atol=2e-6)


def test_names_are_those_of_keras(keras):
    keras.backend.clear_session()
    naming._names.clear()
    for kind in ("SGD", "Adam", "Adam", "AdamW", "RMSprop"):
        ours, theirs = getattr(optimizers, kind)(), getattr(keras.optimizers, kind)()
        assert (ours.name, ours.get_config()["name"]) == (theirs.name, theirs.get_config()["name"])


def test_regularizers_and_losses_have_the_names_of_keras(keras):
    for name in ("l1", "l2", "l1l2", "L1", "L2", "L1L2"):
        ours, theirs = regularizers.get(name), keras.regularizers.get(name)
        assert ours.get_config() == pytest.approx(theirs.get_config())
    for name in ("MeanSquaredError", "SparseCategoricalCrossentropy", "BinaryCrossentropy"):
        assert type(losses.get(name)).__name__ == type(keras.losses.get(name)).__name__ == name


def test_without_gradients_keras_takes_no_step_either(keras):
    ours, theirs = optimizers.SGD(), keras.optimizers.SGD()
    with pytest.raises(ValueError):
        ours.apply({"w": None}, {"w": np.ones(2)})
    with pytest.raises(ValueError):
        theirs.apply([None], [keras.Variable(np.ones(2))])
