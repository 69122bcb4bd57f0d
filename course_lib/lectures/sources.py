"""The five documents that the course is made from, by short name."""

from typing import NamedTuple


class Source(NamedTuple):
    """A lecture document: how the chapters call it, and its full description."""

    short: str
    full: str


SOURCES = {
    "amity": Source(
        "Basics of the Convolution Operation",
        "Deep Learning, Unit 3: Convolutional Neural Networks and Transfer Learning, lecture 4, "
        "Convolutional Neural Networks: Basics of the Convolution Operation. Lecture slides, "
        "Amity Centre for Artificial Intelligence, Amity University, Noida.",
    ),
    "layers": Source(
        "Convolutional Layers and CNNs in Keras",
        "Design choices, fully connected and convolutional layers, max pooling, stride, and CNNs "
        "in Keras with the program keras_cnn_mnist.py. Lecture slides.",
    ),
    "made-easy": Source(
        "Deep Learning Made Easy",
        "Deep Learning Made Easy: Create a CNN Model for Handwritten Digits. Lecture slides, "
        "CodeWithMe.",
    ),
    "notes-model": Source(
        "Notes on a functional model and Conv1D",
        "Two convolutions in the functional API, their shapes and weights; embedding and Conv1D. "
        "Handwritten notes.",
    ),
    "notes-sizes": Source(
        "Notes on sizes, parameters and LeNet",
        "Output sizes, learnable parameters, pooling, LeNet, AlexNet, transfer learning, and from "
        "the output of a network to a label. Handwritten notes.",
    ),
}
