"""The assignments of the course: which questions, in which order, for how many points.

A `Task` is a question of the bank, graded by itself. A `Judgement` is a question whose point is
the reason given; a person reads the answer and gives the points. A `Step` is not graded.
"""

from dataclasses import dataclass
from types import MappingProxyType

VALUES = (
    "import numpy as np",
    "",
    "import course_lib as keras",
    "from course_lib import ops, shapes",
)


@dataclass(frozen=True)
class Task:
    """A question of the bank and its points."""

    id: str
    points: int = 1


@dataclass(frozen=True)
class Judgement:
    """A question answered in words. ``solution`` is what the instructor's copy holds."""

    id: str
    points: int
    prompt: str
    solution: str


@dataclass(frozen=True)
class Step:
    """Something to do between two tasks that is not graded by itself."""

    id: str
    prompt: str
    solution: str

    points = 0


@dataclass(frozen=True)
class Assignment:
    """One notebook. ``minutes`` is what an average student needs; ``where`` is what to read.

    ``imports`` are the lines that load what the tasks use.
    """

    id: str
    title: str
    minutes: int
    where: str
    intro: str
    tasks: tuple
    imports: tuple = VALUES

    @property
    def notebook(self):
        """File name of the notebook, without its ending."""
        return self.id

    @property
    def questions(self):
        """{question id: points} of the questions graded by themselves, in order."""
        return {task.id: task.points for task in self.tasks if isinstance(task, Task)}

    @property
    def points(self):
        """All points, those given by a person included."""
        return sum(task.points for task in self.tasks)


LISTED = (
    Assignment(
        id="ps1-pixels-and-convolution",
        title="Pixels and convolution",
        minutes=50,
        where="Chapter 1, Pixel matching, and chapter 2, Convolution",
        intro="Compare two pictures pixel by pixel, then piece by piece, and then let a kernel do "
        "the comparing. Work the first value of each task out on paper; NumPy may do the rest.",
        tasks=(
            Task("pixel-agreement", 1),
            Task("pixel-shifted", 2),
            Task("pixel-piece-score", 2),
            Task("pixel-map-values", 1),
            Judgement(
                "pixel-why-pieces",
                2,
                "An X is drawn a little smaller and a little to the left. Why does comparing pixel "
                "by pixel fail, and what does comparing pieces change? Two or three sentences.",
                "Comparing pixel by pixel asks whether the same place has the same value, so a "
                "shifted X agrees with the template hardly more than any other drawing. Its pieces "
                "(a diagonal, a crossing) look the same wherever they are: a piece slid over the "
                "whole image finds them at their new places, and the map of scores moves with the "
                "drawing. What stays to be decided is where the pieces lie relative to one "
                "another.",
            ),
            Task("conv-one-value", 2),
            Task("conv-with-bias", 2),
            Task("conv-valid-map", 3),
            Task("conv-strided-map", 3),
            Task("conv-mathematical", 2),
        ),
    ),
    Assignment(
        id="ps2-output-shapes",
        title="Output shapes",
        minutes=40,
        where="Chapter 3, Stride and padding",
        intro="How large is what a convolution returns? Work each task out on paper first, with "
        "your own numbers; then let Python do the arithmetic, and compare.",
        tasks=(
            Task("sizes-valid", 1),
            Task("sizes-stride", 2),
            Task("sizes-padding", 2),
            Task("sizes-same-stride", 2),
            Task("sizes-same-split", 2),
            Task("sizes-rectangle", 2),
            Task("sizes-dropped", 2),
            Task("sizes-two-layers", 3),
            Judgement(
                "sizes-why-floor",
                2,
                "The page of a lecture gives the output size as (n - k + 1)/s, without a floor. "
                "For which sizes does that go wrong, and what happens to the input cells that are "
                "left over? Two or three sentences, with an example of your own.",
                "The windows start at 0, s, 2s, ... and the last one must still fit: that gives "
                "floor((n - k)/s) + 1 places. Adding 1 before dividing is right only for s = 1; "
                "and where s does not divide n - k the quotient is no whole number. The cells "
                "behind the last window are read by no output: for n = 11, k = 2, s = 3 the "
                "windows start at 0, 3, 6, 9, all 11 cells are read, and the size is 4, not 10/3. "
                "For n = 12 the last cell is dropped.",
            ),
        ),
    ),
    Assignment(
        id="ps3-parameter-counts",
        title="Parameter counts",
        minutes=45,
        where="Chapter 4, Channels and filters, and chapter 7, Parameters",
        intro="How many numbers does a layer learn? Count them before you build it: the formula, "
        "with your own numbers, then Python as a calculator.",
        tasks=(
            Task("channels-kernel-shape", 2),
            Task("params-conv", 2),
            Task("params-conv-no-bias", 1),
            Task("params-dense", 1),
            Task("params-dense-after-flatten", 2),
            Task("params-two-convolutions", 3),
            Task("params-fully-connected-map", 2),
            Task("params-filters-from-count", 2),
            Task("params-memory", 2),
            Judgement(
                "params-where-they-sit",
                3,
                "In the lecture's network of two convolutions and a hidden dense layer of 1,024 "
                "units, 1,639,424 of 1,668,490 parameters belong to one layer. Which one, and why? "
                "Name two ways to need fewer, and what each of them costs.",
                "The hidden dense layer behind Flatten: each of its 1,024 units has a weight for "
                "every one of the 5 * 5 * 64 = 1,600 values, and no weight is shared, while a "
                "convolution's weights serve all places. Fewer units: less room for combinations "
                "of features. Another pooling layer, or global average pooling, in front: fewer "
                "inputs, but what is known about places is lost. Leaving the hidden layer out: "
                "16,010 parameters instead, and classes that are sums of features.",
            ),
        ),
    ),
    Assignment(
        id="ps4-model-summaries",
        title="Model summaries",
        minutes=60,
        where="Chapter 8, Reading a model summary",
        intro="A summary is a table of shapes and counts. Fill it in before Keras does. The "
        "course's "
        "own engine has Keras' names: `model.explain()` shows the arithmetic behind each row.",
        tasks=(
            Task("summary-functional-shape", 2),
            Task("summary-functional-total", 3),
            Task("summary-second-pool-shape", 2),
            Task("summary-flatten", 2),
            Task("summary-total", 3),
            Task("summary-six-hidden", 2),
            Task("summary-kernel-size", 2),
            Task("summary-weight-shape", 2),
            Task("batchnorm-parameters", 1),
            Judgement(
                "summary-find-the-mistake",
                3,
                "A page of a lecture counts the second layer of `Convolution2D(5, 3)`, "
                "`Convolution2D(2, 3)` on (10, 10, 1) like this: 3 · 3 · 5 = 15, 15 + 1 = 16, two "
                "filters: 32. The table on the same page says 92. Which is right, where is the "
                "mistake, and how could the page have been checked?",
                "92 is right: 3 * 3 * 5 is 45, not 15, and (45 + 1) * 2 = 92. The page lost a "
                "factor of 3. Checks: one filter reads a block of 3 by 3 by 5 values and needs a "
                "weight for each; the kernel's shape is (3, 3, 5, 2), which is 90 numbers, and two "
                "biases; or the summary of the model itself.",
            ),
        ),
    ),
    Assignment(
        id="ps5-one-two-three-dimensions",
        title="One, two and three dimensions",
        minutes=45,
        where="Chapter 11, One, two and three dimensions",
        intro="The same layer over texts, images and volumes. What changes is the number of axes "
        "the "
        "kernel moves along; what stays is that it spans all channels.",
        tasks=(
            Task("dims-conv1d-values", 2),
            Task("dims-embedding-shape", 1),
            Task("dims-embedding-params", 1),
            Task("dims-conv1d-shape", 2),
            Task("dims-conv1d-params", 2),
            Task("dims-conv1d-kernel", 2),
            Task("dims-input-shape", 2),
            Task("dims-conv3d-shape", 2),
            Task("dims-conv3d-params", 2),
            Judgement(
                "dims-which-one",
                3,
                "Choose between one, two and three dimensions for (a) the electrocardiogram of a "
                "patient, recorded by 12 electrodes, (b) a spectrogram of speech, (c) a short "
                "video "
                "clip in colour. For each: along which axes does the kernel move, what are the "
                "channels, and why? One or two sentences each.",
                "(a) One: the kernel moves along time; the 12 electrodes are the channels, as they "
                "have no order in which shifting would make sense. (b) Two: time and frequency "
                "(one channel), since a sound may begin later or lie higher; one dimension over "
                "time with the frequencies as channels is defensible too. (c) Three: frames, rows "
                "and columns, with three colour channels, since movement is a pattern in time; "
                "frames as channels of a 2D convolution would fix the moment at which it happens.",
            ),
        ),
    ),
    Assignment(
        id="ps6-receptive-field",
        title="Receptive field",
        minutes=45,
        where="Chapter 9, Receptive field and dilation",
        intro="Which pixels can a feature know of? Follow the field backwards, layer by layer; a "
        "drawing of one row of pixels helps more than the formula.",
        tasks=(
            Task("rf-stack", 1),
            Task("rf-pixels-read", 2),
            Task("rf-pooling", 2),
            Task("rf-strides", 3),
            Task("rf-jump", 2),
            Task("rf-span", 1),
            Task("rf-dilated-stack", 2),
            Task("rf-layers-needed", 1),
            Task("equivariance-strided-peak", 2),
            Judgement(
                "rf-how-large",
                3,
                "Two networks end in the same classifier. In one, a value of the last feature map "
                "sees 15 pixels; in the other, 150. The digits to be read are 28 pixels wide. What "
                "can go wrong with the first, what with the second, and which three things widen a "
                "receptive field? Name what each of them costs.",
                "With 15 pixels no feature sees a whole digit: the classifier must put it together "
                "from parts, and parts of different digits look alike. 150 pixels are far more "
                "than the image: most windows lie on padding or do not fit, and weights are spent "
                "on nothing. More layers or larger kernels: more parameters and time. Pooling or "
                "strides: exact places are lost. Dilation: pixels in the holes are skipped.",
            ),
        ),
    ),
    Assignment(
        id="ps7-convolution-from-scratch",
        title="Convolution from scratch",
        minutes=180,
        where="Chapter 2, Convolution, chapter 15, How a convolution learns, and chapter 16, How a "
        "convolution gets fast",
        intro="Write the layers yourself, in NumPy: first with loops, so that every product is "
        "there to be seen, then with windows, so that it is fast, and then the way back. Grading "
        "calls your functions on inputs you have not seen, and gives points for each property that "
        "holds.",
        tasks=(
            Task("conv2d-loops", 5),
            Task("conv2d-windows", 4),
            Task("conv2d-speed", 2),
            Task("conv2d-strided", 6),
            Task("max-pool2d", 5),
            Task("conv2d-backward", 6),
            Task("max-pool2d-backward", 4),
            Judgement(
                "conv2d-gradient-check",
                3,
                "How would you convince somebody that your `conv2d_backward` is right, without "
                "Keras and without a second implementation? Say what you would compute, with which "
                "step, in which precision, and what would count as agreement. Why is a gradient of "
                "ones at the output a poor test?",
                "Compare the product of the gradient with a random direction and the central "
                "difference (L(w + h d) - L(w - h d)) / 2h of a loss L = sum(grad * outputs) with "
                "a random grad. In float64 with h about 1e-5 both agree to some seven digits; in "
                "float32 rounding hides the difference. With ones at the output every place counts "
                "the same, so gradients that end up at the wrong place go unnoticed.",
            ),
        ),
        imports=("import numpy as np", ""),
    ),
    Assignment(
        id="ps8-mnist-in-keras",
        title="MNIST in Keras",
        minutes=75,
        where="Chapter 12, MNIST in Keras and in NumPy",
        intro="The lecture's program, in working order: prepare, build, count, train, predict. It "
        "trains on the 2,000 digits that come with the course, in about a minute. What counts are "
        "the model's shapes and counts, and what it reads in digits that it, and you, have not "
        "seen.",
        tasks=(
            Task("mnist-arrays", 2),
            Task("mnist-count", 2),
            Task("mnist-model", 5),
            Task("mnist-compile", 2),
            Task("mnist-steps", 2),
            Step(
                "mnist-train",
                "Train `model` now, on `x_train` and `y_train`, with the batch size and the number "
                "of epochs of the next task.",
                'n = sheet.numbers("mnist-predict")\n'
                "model.fit(x_train, y_train, batch_size=n.batch, epochs=n.epochs, verbose=0)",
            ),
            Task("mnist-predict", 5),
            Judgement(
                "mnist-what-it-misreads",
                3,
                "Look at digits of `x_test` that your model misreads. Which two classes does it "
                "confuse most, why those, and is the accuracy on the training digits a good guess "
                "of the accuracy on these? Three or four sentences, with your numbers.",
                "Typical: 4 and 9, 3 and 5, 7 and 2: they share strokes and differ in one piece. "
                "The accuracy in training is higher, often above 97 %, than on the test digits, "
                "around 95 %: the model has seen the former, and 2,000 digits are few, so it knows "
                "some of them by heart. Only digits it has not been trained on say how it will do.",
            ),
        ),
        imports=(
            "import numpy as np",
            "from tensorflow import keras",
            "",
            "from course_lib.datasets import mnist",
        ),
    ),
)

assignments = MappingProxyType({listed.id: listed for listed in LISTED})
