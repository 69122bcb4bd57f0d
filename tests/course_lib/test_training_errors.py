"""What compile, fit and predict refuse."""

import re

import numpy as np
import pytest

from course_lib import Input, Sequential, layers
from tests.examples import blobs, classifier, says


def nan_at(array, *place):
    array = array.astype(float)
    array[place] = np.nan
    return array


X, Y = blobs(20)
BAD_FITS = {
    "length": ((X, Y[:-1]), {}, "x and y must hold the same number of examples, got 20 in x and 19 "
               "in y."),
    "nan label": ((X, nan_at(Y, 4)), {}, "y must hold no NaN, got NaN at index (4,). np.isnan(y) "
                  "finds all of them."),
    "nan input": ((nan_at(X, 3, 1), Y), {}, "x must hold no NaN, got NaN at index (3, 1)."),
    "half label": ((X, Y + 0.5), {}, "y must hold whole class numbers, got "),
    "class too large": ((X, Y + 1), {}, "y must hold class numbers from 0 to 2, since the model has"
                        " 3 outputs, got 3."),
    "negative class": ((X, Y - 1), {}, "class numbers from 0 to 2, since the model has 3 outputs, "
                       "got -1."),
    "one-hot": ((X, np.eye(3)[Y]), {}, "got shape (20, 3). These look one-hot: take y.argmax(-1), "
                "or the loss categorical_crossentropy."),
    "no labels": ((X, None), {}, "y must be an array of labels, got None."),
    "no examples": ((None, Y), {}, "x must be an array of examples, got None."),
    "empty": ((X[:0], Y[:0]), {}, "x must hold at least one example, got shape (0, 5)."),
    "text": ((X, Y.astype(str)), {}, "y must be an array of real numbers, got <U"),
    "complex": ((X * 1j, Y), {}, "x must be an array of real numbers, got complex"),
    "shape": ((X[:, :4], Y), {}, "inputs must have shape (batch, 5), got (20, 4)."),
    "batch size": ((X, Y), {"batch_size": 0}, "fit: batch_size must be a positive integer, got 0."),
    "epochs": ((X, Y), {"epochs": 1.5}, "fit: epochs must be a positive integer, got 1.5."),
    "verbose": ((X, Y), {"verbose": 3}, 'verbose must be 0, 1, 2 or "auto", got 3.'),
    "split": ((X, Y), {"validation_split": 1}, "validation_split must be a number between 0 and 1"),
    "small split": ((X, Y), {"validation_split": 0.999}, "leaves 0 of 20 examples for training and "
                    "20 for validation"),
    "validation": ((X, Y), {"validation_data": X}, "validation_data must be a pair (x, y), got "
                   "ndarray."),
    "validation weights": ((X, Y), {"validation_data": (X, Y, Y)}, "pair (x, y), got 3 things."),
    "validation length": ((X, Y), {"validation_data": (X, Y[1:])}, "validation x and validation y "
                          "must hold the same number of examples, got 20 in validation x and 19"),
    "callbacks": ((X, Y), {"callbacks": [print]}, "callbacks must be training.Callback objects, "
                  "got builtin_function_or_method"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_FITS)
def test_fit_refuses(case):
    (x, y), options, text = BAD_FITS[case]
    model = classifier()
    before = model.get_weights()
    with pytest.raises((ValueError, TypeError), match=re.escape(text)):
        model.fit(x, y, **{"verbose": 0, **options})
    np.testing.assert_array_equal(before[0], model.get_weights()[0])


def test_class_numbers_given_to_the_loss_for_rows():
    with says("These look like class numbers: take to_categorical(y, 3), or the loss sparse_cat"):
        classifier(loss="categorical_crossentropy").fit(X, Y, verbose=0)


def test_compile_refuses_and_lists_what_there_is():
    model = Sequential([Input(shape=(5,)), layers.Dense(3)])
    with says("Unknown optimizer 'adm'. Known: adam, rmsprop, sgd, or an object such as"):
        model.compile("adm", "mse")
    with says("Unknown loss 'crossentropy'. Known: binary_crossentropy, categorical_crossentropy"):
        model.compile("adam", "crossentropy")
    with says("Unknown loss <function"):
        model.compile("adam", lambda a, b: 0)
    with says("Unknown metric 'precision'. Known: acc, accuracy, binary_accuracy"):
        model.compile("adam", "mse", metrics=["precision"])
    with says("metrics must be a list, got 'accuracy'. Write [...].", TypeError):
        model.compile("adam", "mse", metrics="accuracy")
    with says("compile: loss must be given"):
        model.compile("adam")


def test_predict_refuses():
    with says("x must hold no NaN, got NaN at index (0, 2)."):
        classifier().predict(nan_at(X, 0, 2))
    with says("batch_size must be a positive integer, got -1."):
        classifier().predict(X, batch_size=-1)
