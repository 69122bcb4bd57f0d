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
    "text": ((X, Y.astype(str)), {}, "y must be an array of real numbers, got text."),
    "complex": ((X * 1j, Y), {}, "x must be an array of real numbers, got complex"),
    "shape": ((X[:, :4], Y), {}, "inputs must have shape (batch, 5), got (20, 4)."),
    "batch size": ((X, Y), {"batch_size": 0}, "fit: batch_size must be a positive integer, got 0."),
    "epochs": ((X, Y), {"epochs": 1.5}, "fit: epochs must be a positive integer, got 1.5."),
    "verbose": ((X, Y), {"verbose": 3}, 'verbose must be 0, 1, 2 or "auto", got 3.'),
    "split": ((X, Y), {"validation_split": 1}, "validation_split must be a number between 0 and 1"),
    "small split": ((X, Y), {"validation_split": 0.999}, "leaves 0 of 20 examples for training and "
                    "20 for validation"),
    "validation": ((X, Y), {"validation_data": X}, "validation_data must be a pair (x, y) or "
                   "(x, y, sample_weight), got ndarray."),
    "validation things": ((X, Y), {"validation_data": (X,)}, "sample_weight), got 1 things."),
    "validation weights": ((X, Y), {"validation_data": (X, Y, Y[1:])}, "validation sample_weight "
                           "must hold a weight for each example, 20, got shape (19,)."),
    "weights": ((X, Y), {"sample_weight": [1.0]}, "sample_weight must hold a weight for each "
                "example, 20, got shape (1,)."),
    "weight nan": ((X, Y), {"sample_weight": nan_at(Y, 2)}, "sample_weight must hold no NaN, got "
                   "NaN at index (2,)."),
    "both weights": ((X, Y), {"sample_weight": Y, "class_weight": {0: 2}}, "fit: give class_weight "
                     "or sample_weight, not both."),
    "class weights": ((X, Y), {"class_weight": [1, 2, 3]}, "class_weight must be a dict {class "
                      "number: weight}, such as {0: 1.0, 1: 5.0}, got [1, 2, 3]."),
    "class weight": ((X, Y), {"class_weight": {0: "much"}}, "got {0: 'much'}."),
    "validation batch size": ((X, Y), {"validation_batch_size": 0}, "fit: validation_batch_size "
                              "must be a positive integer, got 0."),
    "validation freq": ((X, Y), {"validation_freq": 0}, "fit: validation_freq must be a positive "
                        "integer, got 0."),
    "unknown": ((X, Y), {"epoch": 3}, "fit: unknown argument 'epoch'. Do you mean epochs? Known: x,"
                " y, batch_size, epochs, verbose"),
    "validation length": ((X, Y), {"validation_data": (X, Y[1:])}, "validation x and validation y "
                          "must hold the same number of examples, got 20 in validation x and 19"),
    "callbacks": ((X, Y), {"callbacks": [print]}, "callbacks must be callbacks.Callback objects, "
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
    with says("Unknown optimizer 'adm'. Do you mean 'adam'? Known: adam, adamw, rmsprop, sgd"):
        model.compile("adm", "mse")
    with says("Unknown loss 'crossentropy'. Do you mean 'binary_crossentropy'? Known: binary_cros"):
        model.compile("adam", "crossentropy")
    with says("Unknown loss <function"):
        model.compile("adam", lambda a, b: 0)
    with says("Unknown metric 'precison'. Do you mean 'precision'? Known: acc, accuracy, auc, bin"):
        model.compile("adam", "mse", metrics=["precison"])
    with says("compile: unknown argument 'metric'. Do you mean metrics? Known: optim", TypeError):
        model.compile("adam", "mse", metric=["accuracy"])
    with says("compile: Keras has the argument jit_compile, this library has it not", TypeError):
        model.compile("adam", "mse", jit_compile=True)
    with says("metrics must be a list, got 'accuracy'. Write [...].", TypeError):
        model.compile("adam", "mse", metrics="accuracy")
    with says("compile: loss must be given"):
        model.compile("adam")


def test_predict_refuses():
    with says("x must hold no NaN, got NaN at index (0, 2)."):
        classifier().predict(nan_at(X, 0, 2))
    with says("batch_size must be a positive integer, got -1."):
        classifier().predict(X, batch_size=-1)
