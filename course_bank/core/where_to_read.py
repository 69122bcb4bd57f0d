"""Where in the book to look: the chapter of each topic, and the section of each graded question."""

import re

# topic -> (chapter, its title): where in the book to look
TOPICS = {
    "pixel matching": (1, "Pixel matching"),
    "convolution": (2, "Convolution"),
    "stride and padding": (3, "Stride and padding"),
    "channels and filters": (4, "Channels and filters"),
    "activation": (5, "Activation"),
    "pooling": (6, "Pooling"),
    "parameters": (7, "Parameters"),
    "model summary": (8, "Reading a model summary"),
    "receptive field": (9, "Receptive field and dilation"),
    "equivariance": (10, "Weight sharing and equivariance"),
    "one, two and three dimensions": (11, "One, two and three dimensions"),
    "MNIST": (12, "MNIST in Keras and in NumPy"),
    "dropout and batch normalisation": (14, "Dropout and normalisation"),
    "training clinic": (15, "Training clinic"),
    "architectures": (16, "LeNet, AlexNet, VGG"),
    "residual networks": (17, "Residual networks"),
    "cost": (18, "What a convolution costs"),
    "photographs": (19, "Photographs"),
    "backward pass": (13, "How a convolution learns"),
    "fast convolution": (20, "How a convolution gets fast"),
}


CHAPTERS = {  # number -> file of the book, without its ending
    1: "01-pixel-matching",
    2: "02-convolution",
    3: "03-stride-and-padding",
    4: "04-channels-and-filters",
    5: "05-activation",
    6: "06-pooling",
    7: "07-parameters",
    8: "08-model-summary",
    9: "09-receptive-field",
    10: "10-weight-sharing",
    11: "11-one-two-three-dimensions",
    12: "12-mnist",
    13: "13-how-a-convolution-learns",
    14: "14-dropout-and-normalisation",
    15: "15-training-clinic",
    16: "16-lenet-alexnet-vgg",
    17: "17-residual-networks",
    18: "18-what-a-convolution-costs",
    19: "19-photographs",
    20: "20-how-a-convolution-gets-fast",
}

SECTIONS = {  # question -> heading in the chapter of its topic
    "pixel-agreement": "Comparing pixel by pixel",
    "pixel-shifted": "Comparing pixel by pixel",
    "pixel-piece-score": "Pieces, by hand",
    "pixel-map-values": "A score for every place",
    "conv-one-value": "The lecture's example by hand",
    "conv-with-bias": "Convolution or cross-correlation?",
    "conv-valid-map": "The lecture's example by hand",
    "conv-mathematical": "Convolution or cross-correlation?",
    "sizes-valid": "The size of the output",
    "sizes-stride": "Stride",
    "sizes-padding": "Padding",
    "sizes-same-stride": "Same padding",
    "sizes-same-split": "Same padding",
    "sizes-rectangle": "The size of the output",
    "sizes-dropped": "What the floor drops",
    "sizes-two-layers": "The size of the output",
    "channels-kernel-shape": "Five filters, then another layer",
    "params-conv": "Counting a convolution",
    "params-conv-no-bias": "Counting a convolution",
    "params-dense": "Counting a fully connected layer",
    "params-dense-after-flatten": "Counting a fully connected layer",
    "params-two-convolutions": "The counts of a whole network",
    "params-fully-connected-map": "Convolution against fully connected",
    "params-filters-from-count": "Counting a convolution",
    "params-memory": "Counting a fully connected layer",
    "summary-functional-shape": "The same in NumPy and in Keras: the functional style",
    "summary-functional-total": "The same in NumPy and in Keras: the functional style",
    "summary-second-pool-shape": "A minimal CNN",
    "summary-flatten": "A minimal CNN",
    "summary-total": "A minimal CNN",
    "summary-six-hidden": "Six hidden layers",
    "summary-kernel-size": "A summary, row by row",
    "summary-weight-shape": "Counting a convolution",
    "batchnorm-parameters": "Its parameters",
    "dims-conv1d-values": "The idea in one picture",
    "dims-embedding-shape": "Words as numbers",
    "dims-embedding-params": "Words as numbers",
    "dims-conv1d-shape": "Words as numbers",
    "dims-conv1d-params": "Words as numbers",
    "dims-conv1d-kernel": "Words as numbers",
    "dims-input-shape": "The lecture's table",
    "dims-conv3d-shape": "The lecture's table",
    "dims-conv3d-params": "The lecture's table",
    "rf-stack": "By hand, along one axis",
    "rf-pixels-read": "With strides",
    "rf-pooling": "With strides",
    "rf-strides": "With strides",
    "rf-jump": "With strides",
    "rf-span": "Dilation",
    "rf-dilated-stack": "Dilation",
    "rf-layers-needed": "By hand, along one axis",
    "equivariance-strided-peak": "With a stride",
    "conv2d-loops": "The same in NumPy and in Keras",
    "conv2d-windows": "Step 4: one matrix product",
    "conv2d-speed": "From loops to the last step",
    "conv2d-strided": "Same padding",
    "max-pool2d": "The lecture's example by hand",
    "conv2d-backward": "One product, two gradients",
    "max-pool2d-backward": "Back through ReLU, pooling and softmax",
    "mnist-arrays": "Part 2: one more axis",
    "mnist-count": "Part 3: the model",
    "mnist-model": "Part 3: the model",
    "mnist-compile": "Part 4: training",
    "mnist-steps": "Part 4: training",
    "mnist-predict": "Which digits are wrong",
    "training-errors": "Which digits are wrong",
    "training-spread": "Which digits are wrong",
    "clinic-first-loss": "2. The loss at the start",
    "clinic-flat-fault": "First ward: nothing moves",
    "clinic-flat-pace": "The idea in one picture",
    "clinic-plateau-fault": "Second ward: it learns, and stops too early",
    "clinic-plateau-growth": "Second ward: it learns, and stops too early",
    "clinic-doubt-fault": "Fourth ward: too good to be true",
    "clinic-doubt-chance": "Third ward: the two curves disagree",
    "clinic-doubt-twins": "Fourth ward: too good to be true",
    "clinic-mend-data": "1. Look at a batch, as the network gets it",
    "clinic-mend-model": "Second ward: it learns, and stops too early",
    "clinic-mend-training": "Which check finds what",
    "design-early-stride": "Memory: training keeps, prediction lets go",
    "design-channels-apart": "A block of a network for telephones",
}
ELSEWHERE = {  # in another chapter than its topic's
    "conv-strided-map": (3, "Stride"),
    "design-stack": (16, "VGG: only 3 × 3"),
    "design-dilated": (9, "Dilation"),
    "design-classifier": (16, "An average in the place of dense layers"),
    "design-text": (9, "Four ways to grow"),
}


def place(question, chapter):
    """(chapter, heading or None) of a question whose topic is that of ``chapter``."""
    return ELSEWHERE.get(question, (chapter, SECTIONS.get(question)))


def page(question, chapter):
    """Address of the place that explains a question, below the address of the book."""
    chapter, heading = place(question, chapter)
    anchor = f"#{_anchor(heading)}" if heading else ""
    return f"chapters/{CHAPTERS[chapter]}.html{anchor}"


def _anchor(heading):
    """The id that Sphinx gives a heading: it begins with a letter."""
    return re.sub("[^a-z0-9]+", "-", heading.lower()).lstrip("-0123456789").rstrip("-")
