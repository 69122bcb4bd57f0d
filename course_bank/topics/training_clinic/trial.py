"""How a mended program is tried: in the student's kernel, on digits whose labels stay outside.

The program trains on digits of the sample, drawn by the course's secret. Then it is asked about
digits that are in no sample (`mnist.heldout_digits`): together, and one at a time. The images whose
loss goes backward through the model are watched, however they got there, so that what was trained
on cannot be counted as kept aside, and what was never trained cannot read. Two arrays are the same
image when one is the other but for brightness and contrast: a program may scale as it likes.
"""

import base64
import zlib

from course_bank.core.rng import Rng
from course_bank.topics.mnist import heldout_digits

TRAINED = 1000  # digits that a program gets, of the 2,000 of the sample
ASIDE = slice(4, None, 5)  # those of them that a program keeps aside
ALONE = 2  # every second image is asked about alone as well
SAME, ALIKE = 0.9999, 0.9  # correlation of an image with itself, and with itself under some noise
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
    parts = {{"aside": x[4::5].copy(), "given": np.delete(x, np.s_[4::5], axis=0)}}
    asked, forward, trained, in_training = set(), set(), set(), []
    changing = {{"BatchNormalization", "Dropout"}}  # do something else in training

    def noted(rows, x):
        if isinstance(x, np.ndarray):
            rows.update(row.astype(np.float32).tobytes() for row in x)

    def forwards(method):
        def call(self, inputs, training=False, *arguments, **named):
            if training:
                noted(forward, inputs)
            return method(self, inputs, training, *arguments, **named)

        return call

    def asks(method):
        def call(self, *arguments, **named):
            noted(asked, arguments[0] if arguments else named.get("x"))
            found = method(self, *arguments, **named)
            in_training.extend(forward and changing & {{type(a).__name__ for a in self.layers}})
            forward.clear()  # nothing goes backward from here
            return found

        return call

    def backward(method):
        def call(*arguments, **named):
            trained.update(forward)
            forward.clear()
            return method(*arguments, **named)

        return call

    def units(rows):
        rows = rows - rows.mean(axis=1, keepdims=True)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    def trained_on(images, alike):
        asked.clear()
        predict(images)
        length = max(map(len, asked), default=0)
        if not length:
            return None  # whatever answers, it is no model
        one, other = (
            np.frombuffer(b"".join(row for row in rows if len(row) == length), np.float32)
            .reshape(-1, length // 4)
            for rows in (asked, trained)
        )
        if not len(other):
            return 0
        return int(((units(one) @ units(other).T).max(axis=1) > alike).sum())

    watched = {{"forward": forwards, "forward_logits": forwards, "backward": backward}}
    watched |= dict.fromkeys(("predict", "evaluate", "test_on_batch", "__call__"), asks)
    course_lib.utils.set_workers(1)
    kept = {{name: getattr(course_lib.Model, name) for name in watched}}
    for name, watch in watched.items():
        setattr(course_lib.Model, name, watch(kept[name]))
    try:
        begin = time.process_time()
        made = train(x, y)
        seconds = time.process_time() - begin
        if not isinstance(made, tuple) or len(made) != 3 or not callable(made[1]):
            return {{"instead": type(made).__name__}}
        model, predict, reported = made
        in_training.clear()
        found = {{
            "seconds": seconds,
            "reported": _plain(reported),
            "aside": _plain(predict(parts["aside"])),
            "trained_on": trained_on(parts["aside"], {same}),
            "learned_from": trained_on(parts["given"], {alike}),
            "trained": bool(trained),
            "together": _plain(predict(images)),
            "alone": [int(np.ravel(predict(image[None]))[0]) for image in images[::{every}]],
            "layers": _plain([
                [
                    type(layer).__name__, list(layer.output_shape)[1:], layer.count_params(),
                    getattr(getattr(layer, "activation", None), "name", ""),
                ]
                for layer in model.layers
            ]),
            "from_logits": bool(getattr(model.compiled and model.loss, "from_logits", False)),
            "in_training": bool(in_training),
        }}
        model.set_weights([0 * weight for weight in model.get_weights()])
        found["without_weights"] = _plain(predict(images))
        return found
    except Exception as error:
        return {{"error": f"{{type(error).__name__}}: {{error}}"[:300]}}
    finally:
        course_lib.utils.set_workers(None)
        for name, method in kept.items():
            setattr(course_lib.Model, name, method)

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
    return _PROBE.format(
        name=name, chosen=chosen(seed), data=data, count=len(images), every=ALONE, same=SAME,
        alike=ALIKE,
    )  # fmt: skip
