"""Questions on the lecture's MNIST program in Keras: prepare, build, count, train, predict.

Every student builds the lecture's classifier with own numbers.
"""

from course_bank.core.probe_questions import ProbeQuestion
from course_bank.core.question import CLOSE, FAR, Question, ranges, slip
from course_bank.topics.mnist import rebuilding, verdicts
from course_bank.topics.model_summary.classifiers import conv_count, dense_count, up

_TOPIC = "MNIST"

_draw = ranges(first=(8, 16), second=(17, 24), kernel=[3, 5], rate=[0.25, 0.3, 0.4, 0.5])


def _rounded_up(n):
    """The count if pooling rounded up; None where nothing is left over."""
    found = verdicts.count(n, up)
    return None if found == verdicts.count(n) else found


QUESTIONS = [
    ProbeQuestion(
        id="mnist-arrays",
        topic=_TOPIC,
        teaches="Images go into a CNN as (images, height, width, channels), scaled to [0, 1].",
        draw=lambda rng: {},
        prompt="Load the sample of MNIST and prepare it as the lecture does: `x_train` and "
        "`x_test` with grey values from 0 to 1 and an axis for the one channel. Keep the labels "
        "in `y_train` and `y_test`.",
        form="model",
        checked="x_train",
        answer=None,
        source=lambda variant: verdicts.ARRAYS,
        judge=verdicts.judge_arrays,
        prepare=verdicts.sample_means,
        stub="(train, y_train), (test, y_test) = mnist.load_sample()\n# Scale the images of both, "
        "and give them an axis for the channel.\nx_train = x_test = None\n### SOLUTION\n",
        solution='x_train = (train / 255).astype("float32")[..., None]\n'
        'x_test = (test / 255).astype("float32")[..., None]',
    ),
    Question(
        id="mnist-count",
        topic=_TOPIC,
        teaches="The parameters of the lecture's classifier, counted before it is built.",
        numbers_of="mnist-model",
        draw=_draw,
        prompt="Before you build it: how many parameters will the lecture's classifier have with "
        "{first} and {second} filters of {kernel} × {kernel}? (Conv2D, MaxPooling2D(2), "
        "Conv2D, MaxPooling2D(2), Flatten, Dropout, Dense(10), for 28 × 28 grey images.)",
        answer=verdicts.count,
        steps=lambda n: [
            *(
                f"{kind}: output {shape}, {count} parameters"
                for kind, shape, count in verdicts.layers(n)
            ),
            f"together {verdicts.count(n)}",
        ],
        misconceptions=(
            slip(
                "forgot the biases",
                lambda n: verdicts.count(n) - n.first - n.second - 10,
                "Every filter and every unit has a bias as well.",
                CLOSE,
            ),
            slip(
                "forgot the dense biases",
                lambda n: verdicts.count(n) - 10,
                "The filters' biases are counted; the ten units of the dense layer have one each.",
                CLOSE,
            ),
            slip(
                "second filter flat",
                lambda n: (
                    verdicts.count(n) - verdicts.layers(n)[2][2] + (n.kernel**2 + 1) * n.second
                ),
                "The filters of the second convolution read all maps of the first.",
                FAR,
            ),
            slip(
                "same taken for valid",
                lambda n: (
                    conv_count(n.kernel, 1, n.first)
                    + verdicts.layers(n)[2][2]
                    + dense_count(49 * n.second, 10)
                ),
                "Without padding each convolution takes k - 1 from the size, and the dense layer "
                "reads fewer values.",
                FAR,
            ),
            slip(
                "dense layer left out",
                lambda n: verdicts.count(n) - verdicts.layers(n)[6][2],
                "The dense layer has parameters too.",
                FAR,
            ),
            slip(
                "rounded up",
                _rounded_up,
                "Pooling rounds down: a row that fills no window is dropped.",
                CLOSE,
            ),
        ),
        solved_by="formula",
        solution="(\n    (n.kernel**2 + 1) * n.first\n"
        "    + (n.kernel**2 * n.first + 1) * n.second\n"
        "    + ((((28 - n.kernel + 1) // 2 - n.kernel + 1) // 2) ** 2 * n.second + 1) * 10\n)",
    ),
    ProbeQuestion(
        id="mnist-model",
        topic=_TOPIC,
        teaches="The lecture's classifier as a Sequential model.",
        draw=_draw,
        prompt="Build the lecture's classifier in Keras and call it `model`: `Conv2D` with {first} "
        "filters of {kernel} × {kernel} and ReLU, `MaxPooling2D` with windows of 2, `Conv2D` with "
        "{second} filters of {kernel} × {kernel} and ReLU, `MaxPooling2D` with windows of 2, "
        "`Flatten`, `Dropout({rate})`, `Dense` with 10 units and softmax.",
        form="model",
        checked="model",
        answer=None,
        source=lambda variant: rebuilding.source(),
        judge=verdicts.judge_model,
        prepare=rebuilding.prepare,
        misconceptions=verdicts.MODEL_SLIPS,
        stub='n = sheet.numbers("mnist-model")\nkeras.utils.set_random_seed(1)\nmodel = None\n### '
        "SOLUTION\n",
        solution="""\
model = keras.Sequential([
    keras.Input(shape=(28, 28, 1)),
    keras.layers.Conv2D(n.first, kernel_size=n.kernel, activation="relu"),
    keras.layers.MaxPooling2D(pool_size=2),
    keras.layers.Conv2D(n.second, kernel_size=n.kernel, activation="relu"),
    keras.layers.MaxPooling2D(pool_size=2),
    keras.layers.Flatten(),
    keras.layers.Dropout(n.rate),
    keras.layers.Dense(10, activation="softmax"),
])
model.summary()""",
    ),
    Question(
        id="mnist-steps",
        topic=_TOPIC,
        teaches="How often the weights are updated in a run of training.",
        draw=ranges(batch=[24, 32, 48, 64, 96, 128], epochs=(5, 9)),
        prompt="The sample has 2000 training images. How many times does `model.fit` update the "
        "weights with `batch_size={batch}` and `epochs={epochs}`?",
        answer=lambda n: n.epochs * -(-verdicts.TRAIN // n.batch),
        steps=lambda n: [
            f"batches in an epoch: ceil({verdicts.TRAIN} / {n.batch}) = "
            f"{-(-verdicts.TRAIN // n.batch)}",
            f"{n.epochs} * {-(-verdicts.TRAIN // n.batch)} = "
            f"{n.epochs * -(-verdicts.TRAIN // n.batch)}",
        ],
        misconceptions=(
            slip(
                "last batch left out",
                lambda n: n.epochs * (verdicts.TRAIN // n.batch),
                "The last batch is smaller, but it is used: round up.",
                CLOSE,
            ),
            slip("one epoch", lambda n: -(-verdicts.TRAIN // n.batch), "That is one epoch.", CLOSE),
            slip(
                "once an image",
                lambda n: n.epochs * verdicts.TRAIN,
                "A whole batch of images makes one update.",
                FAR,
            ),
            slip(
                "forgot the ceil",
                lambda n: n.epochs * verdicts.TRAIN / n.batch,
                "The last batch of an epoch is smaller, and makes an update as well: round up, "
                "in each epoch.",
                CLOSE,
            ),
        ),
        solved_by="formula",
        solution="n.epochs * -(-2000 // n.batch)",
    ),
    ProbeQuestion(
        id="mnist-compile",
        topic=_TOPIC,
        teaches="Numbers as labels take the sparse form of cross-entropy.",
        draw=lambda rng: {},
        prompt="Compile `model` as the lecture does: with Adam, and with the cross-entropy that "
        "takes the labels as they are, as numbers from 0 to 9. Let it report the accuracy.",
        form="model",
        checked="model",
        answer=None,
        source=lambda variant: verdicts.COMPILED,
        judge=verdicts.judge_compiled,
        stub="# Compile model here.\n### SOLUTION\n",
        solution='model.compile(\n    loss="sparse_categorical_crossentropy", optimizer="adam", '
        'metrics=["accuracy"]\n)',
    ),
    ProbeQuestion(
        id="mnist-predict",
        topic=_TOPIC,
        teaches="A model is judged on images it has not seen, prepared as those of training.",
        draw=ranges(batch=[24, 32, 48], epochs=(7, 9)),
        prompt="Your `model` was trained in the cell above, with batches of {batch} for {epochs} "
        "epochs. Write `predict_digits(images)`: it takes grey images as they come from MNIST, an "
        "array (images, 28, 28) of whole numbers from 0 to 255, and returns one digit for each. "
        "Grading calls it with other digits.",
        form="model",
        checked="predict_digits",
        answer=None,
        source=verdicts.predict_source,
        judge=verdicts.judge_predictions,
        prepare=rebuilding.prepare,
        stub='n = sheet.numbers("mnist-predict")\n\n\ndef predict_digits(images):\n'
        '    """Digits (images,) that the model reads in images (images, 28, 28), 0 to 255."""\n'
        "    ### SOLUTION\n",
        solution="""\
inputs = (images / 255).astype("float32")[..., None]
return np.argmax(model.predict(inputs, verbose=0), axis=-1)""",
    ),
]
