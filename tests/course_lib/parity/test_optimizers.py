"""Steps of the optimizers beside Keras."""

import numpy as np
import pytest

from course_lib import optimizers

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
