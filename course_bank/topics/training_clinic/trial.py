"""How a mended program is tried: in the student's kernel, on digits whose labels stay outside.

The program trains on digits of the sample, drawn by the course's secret. Then it is asked about
digits that are in no sample (`mnist.heldout_digits`): together, and one at a time. What is fed to
``fit`` is watched, so that images that were trained on cannot be counted as kept aside.
"""

import base64
import zlib

from course_bank.core.rng import Rng
from course_bank.topics.mnist import heldout_digits

TRAINED = 1000  # digits that a program gets, of the 2,000 of the sample
ASIDE = slice(4, None, 5)  # those of them that a program keeps aside
ALONE = 2  # every second image is asked about alone as well
BUDGET = 15.0  # seconds of computing that the training may take; the reference needs half of one

_PROBE = """
def _trial(train, chosen, data, count):
    import base64, time, zlib
    import numpy as np
    import course_lib
    from course_lib.datasets import mnist

    (digits, classes), _ = mnist.load_sample()
    x, y = digits[chosen].copy(), classes[chosen].astype(int)
    images = np.frombuffer(zlib.decompress(base64.b64decode(data)), np.uint8)
    images = images.reshape(count, 28, 28).copy()
    aside, met = x[4::5].copy(), {{}}

    def watched(name, method):
        met[name] = set()

        def call(self, x=None, *arguments, **named):
            if isinstance(x, np.ndarray):
                met[name].update(row.astype(np.float32).tobytes() for row in x)
            return method(self, x, *arguments, **named)

        return call

    names = ("fit", "predict", "evaluate", "__call__")
    course_lib.utils.set_workers(1)
    kept = {{name: getattr(course_lib.Model, name) for name in names}}
    for name in names:
        setattr(course_lib.Model, name, watched(name, kept[name]))
    try:
        begin = time.process_time()
        made = train(x, y)
        seconds = time.process_time() - begin
        if not isinstance(made, tuple) or len(made) != 3 or not callable(made[1]):
            return {{"instead": type(made).__name__}}
        model, predict, reported = made
        for name in names[1:]:
            met[name].clear()
        found = {{
            "seconds": seconds,
            "reported": _plain(reported),
            "aside": _plain(predict(aside)),
            "trained_on": len(met["fit"] & set.union(*(met[name] for name in names[1:]))),
            "together": _plain(predict(images)),
            "alone": [int(np.ravel(predict(image[None]))[0]) for image in images[::{every}]],
            "layers": _plain([
                [
                    type(layer).__name__, list(layer.output_shape)[1:], layer.count_params(),
                    getattr(getattr(layer, "activation", None), "name", ""),
                ]
                for layer in model.layers
            ]),
        }}
        model.set_weights([0 * weight for weight in model.get_weights()])
        found["without_weights"] = _plain(predict(images))
        return found
    except Exception as error:
        return {{"error": f"{{type(error).__name__}}: {{error}}"[:300]}}
    finally:
        course_lib.utils.set_workers(None)
        for name in names:
            setattr(course_lib.Model, name, kept[name])

if callable(globals().get({name!r})):
    emit(**_trial(globals()[{name!r}], {chosen!r}, {data!r}, {count!r}))
elif globals().get({name!r}) is not None:
    emit(instead=type(globals()[{name!r}]).__name__)
"""


def chosen(seed):
    """Places in the sample of the digits that a program trains on."""
    return Rng(f"digits of the clinic/{seed}").sample(range(2000), TRAINED)


def source(name, seed):
    """The probe that tries the function called ``name``."""
    images, _ = heldout_digits.draw(seed)
    data = base64.b64encode(zlib.compress(images.tobytes())).decode()
    return _PROBE.format(name=name, chosen=chosen(seed), data=data, count=len(images), every=ALONE)
