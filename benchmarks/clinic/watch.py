"""What is read off a training: its curves, and histograms at its beginning and its end."""

import numpy as np

from course_lib.callbacks import Callback
from course_lib.training import steps

PROBED = 256  # training images that the histograms of a layer are taken from
FIRST_STEPS = 100  # whose losses are kept one by one


class Watch(Callback):
    """Reads, and changes nothing: no random number is drawn, no weight is touched.

    predict: the program's own way from images to outputs; train, validation, test: (x, y) each.
    """

    def __init__(self, model, predict, train, validation, test):
        self.model, self.predict = model, predict
        self.train, self.validation, self.test = train, validation, test
        self.curves = {name: [] for name in ("loss", "accuracy", "val_loss", "val_accuracy")}
        self.step_losses = []
        rng = np.random.default_rng(0)
        probed = np.sort(rng.permutation(len(train[0]))[:PROBED])
        self.probe = (train[0][probed], train[1][probed])

    def on_train_begin(self, logs=None):
        self.first_loss = self._scores(self.probe, self.model)[0]
        self.start = self._layers()

    def on_epoch_begin(self, epoch, logs=None):
        self._sum, self._count = 0.0, 0

    def on_train_batch_end(self, batch, logs=None):
        # the logs are means over the epoch so far; batches have equal sizes
        total = logs["loss"] * (batch + 1)
        if len(self.step_losses) < FIRST_STEPS:
            self.step_losses.append(total - self._sum)
        self._sum = total

    def on_epoch_end(self, epoch, logs=None):
        for name, value in zip(self.curves, self._row(logs), strict=True):
            self.curves[name].append(value)

    def _row(self, logs):
        return *list(logs.values())[:2], *self._scores(self.validation, self.predict)

    def on_train_end(self, logs=None):
        self.end = self._layers()
        self.test_accuracy = self._scores(self.test, self.predict)[1]

    def _scores(self, data, predict):
        """(loss, accuracy) of ``predict`` in batches of 32, in the order of ``data``."""
        loss, metric = self.model.trainer.loss, self.model.trainer.metrics[0]
        sums = np.zeros(2)
        for cut in steps.parts(len(data[0]), 32):
            outputs, labels = predict(data[0][cut]), data[1][cut]
            labels = loss.check(labels, outputs.shape)
            values = (
                loss.forward(labels, outputs, loss.from_logits)[0],
                metric.values(labels, outputs),
            )
            sums += [len(labels) * np.mean(value) for value in values]
        return sums / len(data[0])

    def _layers(self):
        """A row for each layer with weights, all sizes as root mean squares.

        sums: its outputs; step: one step of plain gradient descent beside the weights; after a
        ReLU zeros, the share of outputs that are 0, and dead, that of units that are 0 everywhere.
        """
        x, y = self.probe
        loss = self.model.trainer.loss
        labels = loss.check(y, (len(y), *self.model.output_shape[1:]))
        gradients = steps.gradients(self.model, x, labels, loss).gradients
        found, outputs = [], self.model.cast(x)
        layers = self.model.layers
        for index, layer in enumerate(layers):
            last = index == len(layers) - 1
            outputs = layer.forward_logits(outputs)[0] if last else layer(outputs)
            kernel = layer.parameters.get("kernel")
            if kernel is not None:
                key = next(k for k, v in self.model.trainable_parameters.items() if v is kernel)
                step = self.model.trainer.optimizer.learning_rate * gradients[key] / len(x)
                found.append(
                    {
                        "layer": type(layer).__name__,
                        "sums": _rms(outputs),
                        "step": _rms(step) / _rms(kernel),
                    }
                )
            if type(layer).__name__ == "ReLU" or getattr(layer, "ends_with", "") == "relu":
                silent = (outputs.reshape(-1, outputs.shape[-1]) == 0).all(axis=0)
                found[-1] |= {"zeros": float((outputs == 0).mean()), "dead": float(silent.mean())}
        self.scores = outputs
        return found

    # ---- histograms

    def pixels(self):
        return histogram(self.train[0])

    def scores_at_the_end(self):
        """The ten sums before softmax, of all images of the probe."""
        return histogram(self.scores)

    def certainty(self):
        """The largest of the ten outputs, for each validation digit."""
        return histogram(self.predict(self.validation[0]).max(axis=1), low=0.0, high=1.0)

    def answers(self):
        """How often each digit is answered on the validation set."""
        images = self.validation[0]
        outputs = [self.predict(images[cut]) for cut in steps.parts(len(images), 32)]
        return np.bincount(np.concatenate(outputs).argmax(axis=1), minlength=10).tolist()

    def nearest(self, shift=2):
        """Distance of each validation image to the nearest training image.

        Each training image counts at every place up to ``shift`` pixels away.
        """
        ours = self.validation[0].reshape(len(self.validation[0]), -1)
        best = np.full(len(ours), np.inf)
        for down in range(-shift, shift + 1):
            for right in range(-shift, shift + 1):
                moved = np.roll(self.train[0], (down, right), (1, 2)).reshape(-1, ours.shape[1])
                squares = (moved**2).sum(1) - 2 * ours @ moved.T
                best = np.minimum(best, squares.min(axis=1))
        squares = np.maximum(best + (ours**2).sum(1), 0)
        return histogram(np.sqrt(squares / self.train[0].max() ** 2), low=0.0, high=10.0)

    def orders(self):
        """Validation accuracy in the order of the folders, and with the same digits mixed."""
        x, y = self.validation
        mixed = np.random.default_rng(0).permutation(len(x))
        return [
            float(self._scores(data, self.predict)[1]) for data in ((x, y), (x[mixed], y[mixed]))
        ]

    def reads(self):
        """Share of the test digits whose largest output is the right one, whatever is reported."""
        images, labels = self.test
        outputs = [self.predict(images[cut]) for cut in steps.parts(len(images), 32)]
        labels = labels if labels.ndim == 1 else labels.argmax(axis=1)
        return float(np.mean(np.concatenate(outputs).argmax(axis=1) == labels))

    def histograms(self):
        return {
            "orders": self.orders(),
            "pixels": self.pixels(),
            "scores": self.scores_at_the_end(),
            "certainty": self.certainty(),
            "answers": self.answers(),
            "nearest": self.nearest(),
        }


def _rms(array):
    return float(np.sqrt(np.mean(np.square(np.asarray(array, float)))))


def histogram(values, bins=20, low=None, high=None):
    """{"from", "to", "counts"} of ``bins`` equal ones, from ``low`` (default: the least) on."""
    values = np.asarray(values, float).ravel()
    low = float(values.min()) if low is None else low
    high = float(values.max()) if high is None else high
    if not np.isfinite([low, high]).all():
        return None
    counts, _ = np.histogram(
        np.clip(values, low, high), bins, (low, high if high > low else low + 1)
    )
    return {"from": low, "to": high, "counts": counts.tolist()}
