"""The problem sets of the course: which questions, in which order, for how many points."""

from types import MappingProxyType

from course_bank.assignments.assignment import Assignment, Step, Task
from course_bank.assignments.judgements import judgements

LISTED = (
    Assignment(
        id="ps1-pixels-and-convolution",
        title="Pixels and convolution",
        trains="Scoring a picture against a piece, and a kernel against an image, by hand",
        minutes=75,
        where="Chapter 1, Pixel matching, chapter 2, Convolution, and chapter 3, Stride and "
        "padding",
        intro="Compare two pictures pixel by pixel, then piece by piece, and then let a kernel do "
        "the comparing. Work the first value of each task out on paper; NumPy may do the rest.",
        tasks=(
            Task("pixel-agreement", 1),
            Task("pixel-shifted", 2),
            Task("pixel-agreements-from-score", 2),
            Task("pixel-find-piece", 2),
            judgements["pixel-why-pieces"],
            Task("conv-valid-map", 2),
            Task("conv-strided-map", 2),
            Task("conv-missing-weight", 2),
            Task("conv-unknown-kernel", 3),
            Task("conv-sum-and-bias", 2),
            judgements["conv-zero-sum"],
            Task("conv-mathematical", 2),
            judgements["conv-flip-or-not"],
        ),
    ),
    Assignment(
        id="ps2-output-shapes",
        title="Output shapes",
        trains="Sizes under stride, padding and pooling, and designs that reach a given size",
        minutes=80,
        where="Chapter 3, Stride and padding",
        intro="How large is what a convolution returns? Work each task out on paper first, with "
        "your own numbers; then let Python do the arithmetic, and compare.",
        tasks=(
            Task("sizes-valid", 1),
            Task("sizes-stride", 1),
            Task("sizes-same-stride", 1),
            Task("sizes-rectangle", 1),
            Task("sizes-two-layers", 2),
            Task("sizes-same-split", 2),
            Task("sizes-dropped", 2),
            Task("sizes-input-range", 2),
            Task("sizes-which-layer", 3),
            Task("sizes-wrong-row", 2),
            judgements["sizes-why-floor"],
            judgements["sizes-same-or-valid-choice"],
            judgements["sizes-design"],
        ),
    ),
    Assignment(
        id="ps3-parameter-counts",
        title="Parameter counts",
        trains="Counting what a layer learns, and choosing between layers by it",
        minutes=75,
        where="Chapter 4, Channels and filters, and chapter 7, Parameters",
        intro="How many numbers does a layer learn? Count them before you build it: the formula, "
        "with your own numbers, then Python as a calculator.",
        tasks=(
            Task("channels-kernel-shape", 1),
            Task("params-conv", 1),
            Task("params-estimate", 1),
            Task("params-dense-after-flatten", 1),
            Task("params-two-convolutions", 2),
            Task("params-filters-from-count", 2),
            Task("params-from-two-counts", 2),
            Task("params-wrong-row", 2),
            Task("params-larger-image", 2),
            Task("params-most-filters", 3),
            judgements["params-where-they-sit"],
            judgements["params-larger-images"],
            judgements["params-budget"],
        ),
    ),
    Assignment(
        id="ps4-model-summaries",
        title="Model summaries",
        trains="Reading and completing the table that a model prints",
        minutes=85,
        where="Chapter 5, Activation, chapter 7, Parameters, chapter 8, Reading a model summary, "
        "and chapter 14, Dropout and normalisation",
        intro="A summary is a table of shapes and counts. Fill it in before Keras does. The "
        "course's "
        "own engine has Keras' names: `model.explain()` shows the arithmetic behind each row.",
        tasks=(
            Task("activation-two-linear", 2),
            Task("activation-before-or-after", 2),
            Task("summary-functional-total", 2),
            Task("summary-second-pool-shape", 1),
            Task("summary-total", 2),
            Task("summary-weight-shape", 1),
            Task("batchnorm-parameters", 1),
            Task("summary-kernel-size", 2),
            Task("summary-read-back", 3),
            Task("summary-faulty-layer", 2),
            judgements["summary-find-the-mistake"],
            judgements["summary-what-it-hides"],
            judgements["summary-two-models"],
        ),
    ),
    Assignment(
        id="ps5-one-two-three-dimensions",
        title="One, two and three dimensions",
        trains="The same layer over texts, images and volumes: axes, shapes, counts",
        minutes=75,
        where="Chapter 11, One, two and three dimensions",
        intro="The same layer over texts, images and volumes. What changes is the number of axes "
        "the "
        "kernel moves along; what stays is that it spans all channels.",
        tasks=(
            Task("dims-conv1d-values", 1),
            Task("dims-embedding-params", 1),
            Task("dims-conv1d-params", 1),
            Task("dims-conv1d-kernel", 1),
            Task("dims-read-back", 2),
            Task("dims-wrong-row", 2),
            Task("dims-text-as-picture", 2),
            Task("dims-input-shape", 2),
            Task("dims-conv3d-shape", 1),
            Task("dims-slices-as-channels", 2),
            judgements["dims-which-one"],
            judgements["dims-colour-is-no-axis"],
            judgements["dims-review-budget"],
        ),
    ),
    Assignment(
        id="ps6-receptive-field",
        title="Receptive field",
        trains="Which pixels a feature can know of, and how to make it know more",
        minutes=75,
        where="Chapter 9, Receptive field and dilation, and chapter 10, Weight sharing and "
        "equivariance",
        intro="Which pixels can a feature know of? Follow the field backwards, layer by layer; a "
        "drawing of one row of pixels helps more than the formula.",
        tasks=(
            Task("rf-pixels-read", 1),
            Task("rf-pooling", 1),
            Task("rf-strides", 1),
            Task("rf-dilated-stack", 1),
            Task("rf-readers", 2),
            Task("rf-strides-from-fields", 3),
            Task("rf-plain-for-dilated", 2),
            Task("equivariance-strided-peak", 2),
            Task("equivariance-at-border", 2),
            Task("equivariance-pooled-shift", 2),
            judgements["rf-how-large"],
            judgements["rf-not-all-alike"],
            judgements["rf-two-designs"],
        ),
    ),
    Assignment(
        id="ps7-convolution-from-scratch",
        title="Convolution from scratch",
        trains="Writing convolution and pooling in NumPy, forward and backward, slow and fast",
        minutes=160,
        where="Chapter 2, Convolution, chapter 3, Stride and padding, chapter 6, Pooling, chapter "
        "13, How a convolution learns, chapter 18, What a convolution costs, and chapter 20, How a "
        "convolution gets fast",
        intro="Write the layers yourself, in NumPy: first with loops, so that every product is "
        "there to be seen, then with windows, so that it is fast, and then the way back. Use NumPy "
        "and nothing else: grading runs without `course_lib`, Keras and SciPy. It "
        "calls your functions on inputs you have not seen, and gives points for each property that "
        "holds. They may call one another: a mistake costs the points of its own task and no "
        "others, since grading tries each function with right ones in the place of the others too.",
        tasks=(
            Task("conv2d-loops", 5),
            Task("loops-estimate", 1),
            Task("loops-products", 1),
            Task("conv2d-windows", 4),
            Task("conv2d-taps", 3),
            Task("conv2d-strided", 6),
            Task("max-pool2d", 5),
            Task("conv2d-backward", 6),
            Task("max-pool2d-backward", 4),
            judgements["conv2d-gradient-check"],
            judgements["conv2d-weak-test"],
            judgements["conv2d-which-version"],
        ),
        imports=("import numpy as np", ""),
        own_code=True,
    ),
    Assignment(
        id="ps8-mnist-in-keras",
        title="MNIST in Keras",
        trains="Building, training and judging a classifier of digits",
        minutes=70,
        where="Chapter 12, MNIST in Keras and in NumPy, and chapter 21, Playground: inside a "
        "trained network",
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
                "Train `model` now, on `x_train` and `y_train`, with batches of `n.batch` images "
                "for `n.epochs` epochs. The cell loads and prints these numbers.",
                "model.fit(x_train, y_train, batch_size=n.batch, epochs=n.epochs, verbose=0)",
                'n = sheet.numbers("mnist-predict")\nprint(f"batches of {n.batch}, '
                '{n.epochs} epochs")\n# Train model here.\n### SOLUTION\n',
            ),
            Task("mnist-predict", 5),
            Task("training-errors", 1),
            Task("training-spread", 2),
            Task("playground-strongest-patch", 2),
            judgements["mnist-what-it-misreads"],
            judgements["mnist-tuned-on-test"],
            judgements["mnist-small-device"],
        ),
        imports=(
            "import numpy as np",
            "try:",
            "    from tensorflow import keras",
            "except ImportError:  # the engine of the course has the same names",
            "    import course_lib as keras",
            "",
            "from course_lib.datasets import mnist",
        ),
        needs=("numpy", "tensorflow"),
        either=True,
    ),
    Assignment(
        id="ps9-design-under-constraints",
        title="Design under constraints",
        trains="Designing models that keep to a budget of parameters, products and pixels seen",
        minutes=100,
        where="Chapter 9, Receptive field and dilation, chapter 16, LeNet, AlexNet, VGG, and "
        "chapter 18, What a convolution costs",
        intro="Now you are the one who designs. Each task lists what a model must do and what it "
        "may cost, with your own numbers; the design that comes to mind first costs too much or "
        "sees too little. Any model that meets the list is right. Build it with `course_lib`, "
        "which is imported as `keras`, or with Keras itself (`from tensorflow import keras` in "
        "your cell); nothing is trained. A model is a chain in which each layer is used once, and "
        "activations and `Dropout` are allowed everywhere. The receptive field is that of the last "
        "map: where `Flatten` or global pooling follows, that of what they read. Estimate on "
        "paper what a design would cost "
        "before you build it; then `costs.total_cost(model)` and `shapes.receptive_field` count "
        "what you built.",
        tasks=(
            Task("design-stack", 3),
            Task("design-dilated", 3),
            Task("design-early-stride", 4),
            Task("design-channels-apart", 3),
            Task("design-classifier", 4),
            Task("design-text", 4),
            judgements["design-what-it-gives-up"],
            judgements["design-budgets-say-little"],
        ),
        imports=(
            "import numpy as np",
            "",
            "import course_lib as keras",
            "from course_lib import costs, shapes",
        ),
        rule="A model that meets the whole list earns all points of its task. As long as a line "
        "is missed, those that hold earn a third of the points at most, and limits count only once "
        "the output shape is right. The feedback tells for each line the number that your model "
        "reached, and what would mend it.",
    ),
    Assignment(
        id="ps10-training-clinic",
        title="Training clinic",
        trains="Naming what went wrong in a training, with the evidence; mending programs",
        minutes=115,
        where="Chapter 15, Training clinic",
        intro="Three networks complain: name what each suffers from, by the evidence on its card. "
        "Then the evidence in numbers. Then three programs that run without an error and are "
        "wrong: mend them. Grading trains what you mended and asks it about digits that nobody has "
        "seen. "
        "For comparison, the first cell below draws the card of a healthy training.",
        tasks=(
            Step(
                "clinic-healthy",
                "The card of a healthy network, three runs: loss and accuracy, and the witnesses "
                "that the cards of the patients show too. `try_out` is for the programs further "
                "down: it trains one on digits of the sample and prints what it reads.",
                'clinic.patient(records.load("clinic")["healthy"], ["pixels", "steps"])',
                """\
display(clinic.patient(records.load("clinic")["healthy"], ["sums", "step", "certainty", "answers"]))


def try_out(program):
    (x, y), (x_test, y_test) = mnist.load_sample()
    model, predict, accuracy = program(x[::2], y[::2].astype(int))
    print(f"it reports {accuracy:.2f}")
    print(f"it reads {np.mean(predict(x_test) == y_test):.2f} of other digits")


# More of the healthy network, if you like: other panels than these four.
### SOLUTION
""",
            ),
            Task("clinic-flat-fault", 2),
            Task("clinic-flat-pace", 2),
            Task("clinic-plateau-fault", 2),
            Task("clinic-plateau-growth", 2),
            Task("clinic-doubt-fault", 2),
            Task("clinic-doubt-chance", 2),
            Task("clinic-doubt-twins", 2),
            judgements["clinic-one-experiment"],
            Task("clinic-mend-data", 4),
            Task("clinic-mend-model", 4),
            Task("clinic-mend-training", 4),
            judgements["clinic-hidden-not-mended"],
        ),
        imports=(
            "import numpy as np",
            "",
            "import course_lib as keras",
            "from course_lib import layers, records",
            "from course_lib.datasets import mnist",
            "from course_lib.figures.static import clinic",
        ),
        rule="A diagnosis is right or wrong; the feedback on a wrong one says which signature that "
        "fault would have shown. For the numbers, a mistake with a name earns a third or a "
        "sixth of the points, as everywhere. A mended program that does all that its task lists "
        "earns all points; as long as something is missing, what holds earns a third of them at "
        "most, once at least one thing works that did not in the program you were given.",
    ),
    Assignment(
        id="ps11-modern-networks",
        title="Modern networks",
        trains="Residual blocks and their way back, cheap convolutions, transfer to photographs",
        minutes=125,
        where="Chapter 17, Residual networks, chapter 18, What a convolution costs, and chapter "
        "19, Photographs",
        intro="Three ideas that changed networks: a way around the layers, channels apart from "
        "places, and eyes that somebody else has trained. Write a residual block and its way back "
        "in NumPy; count a separable convolution by hand, then in code; then train a head on "
        "twenty photographs and name others, whose labels nobody but grading has.",
        tasks=(
            Task("residual-forward", 3),
            Task("residual-shortcut", 3),
            Task("residual-backward", 6),
            Task("residual-shortcut-backward", 4),
            Task("cost-inverted-block", 1),
            Task("cost-budget", 2),
            Task("cost-memory-estimate", 1),
            Task("cost-block-memory", 2),
            Task("separable-count", 4),
            judgements["modern-what-was-given-up"],
            Task("photographs-transfer", 5),
            judgements["photographs-how-sure"],
        ),
        imports=(
            "import numpy as np",
            "",
            "import course_lib as keras",
            "from course_lib import layers",
            "from course_lib.datasets import objects",
        ),
    ),
)

problem_sets = MappingProxyType({listed.id: listed for listed in LISTED})
