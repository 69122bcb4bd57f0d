"""Figures of the book: interactive ones, and static ones for print and for the screen.

``from course_lib.figures import ConvolutionStepper`` loads anywidget when the name is first
used; ``course_lib.figures.static`` holds the drawings, and loads matplotlib only for curves.
"""

import importlib

INTERACTIVE = {
    "PixelMatcher": "pixel_matcher",
    "ConvolutionStepper": "convolution_stepper",
    "SizeExplorer": "size_explorer",
    "ChannelsAndFilters": "channels_and_filters",
    "Pooling": "pooling",
    "ModelBuilder": "model_builder",
    "ReceptiveField": "receptive_field",
    "Dimensions": "dimensions",
    "LossSurface": "loss_surface",
    "TrainingClinic": "training_clinic",
    "ResidualGradients": "residual_gradients",
    "ConvolutionCost": "convolution_cost",
    "PhotographNetwork": "photograph_network",
    "DigitPad": "digit_pad",
    "DigitPlayground": "digit_playground",
    "Quiz": "quiz",
}

__all__ = [*INTERACTIVE, "static"]


def __getattr__(name):
    if name in INTERACTIVE:
        module = importlib.import_module(f"{__name__}.interactive.{INTERACTIVE[name]}")
        return getattr(module, name)
    if name == "static":
        return importlib.import_module(f"{__name__}.static")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})
