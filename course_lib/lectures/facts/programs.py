"""The models of the lectures, built with the library, and the lines that are printed wrongly.

Each function imports the layers when it is called, so that reading the facts costs nothing.
"""

PRINTED_LINES = (
    "model = keras.Sequential(][",
    ")",
    "print(\"\\nTest accuracy: %.2f'%% % (test_acc * 100))",
)


def functional_model():
    """Input - Convolution2D(5, 3) - sigmoid - Convolution2D(2, 3) - sigmoid."""
    from course_lib import Input, Model
    from course_lib.layers import Activation, Convolution2D

    my_input = Input(shape=(10, 10, 1))
    my_output = Convolution2D(5, 3)(my_input)
    my_output = Activation("sigmoid")(my_output)
    my_output = Convolution2D(2, 3)(my_output)
    my_output = Activation("sigmoid")(my_output)
    return Model(my_input, my_output)


def mnist_model():
    """The model of keras_cnn_mnist.py: 34,826 parameters."""
    from course_lib import Input, Sequential, layers

    return Sequential(
        [
            Input(shape=(28, 28, 1)),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def amity_model():
    """The model of "Putting it all together", on 28 x 28 images."""
    from course_lib import Input, Sequential, layers

    return Sequential(
        [
            Input(shape=(28, 28, 1)),
            layers.Conv2D(32, kernel_size=3, activation="relu"),
            layers.MaxPooling2D(pool_size=2, strides=2),
            layers.Conv2D(64, kernel_size=3, activation="relu"),
            layers.MaxPooling2D(pool_size=2, strides=2),
            layers.Flatten(),
            layers.Dense(1024, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def minimal_model():
    """One convolution, one max pooling, one output layer for five classes."""
    from course_lib import Input, Sequential, layers

    return Sequential(
        [
            Input(shape=(12, 9, 3)),
            layers.Conv2D(5, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(5, activation="softmax"),
        ]
    )


def six_hidden_layers():
    """Convolution, convolution, pooling, convolution, pooling, convolution, then the output."""
    from course_lib import Input, Sequential, layers

    return Sequential(
        [
            Input(shape=(32, 32, 3)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(5, activation="softmax"),
        ]
    )
