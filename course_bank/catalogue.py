"""The bank: every question by its id, in the order of the book."""

from types import MappingProxyType

from course_bank.topics import (
    activation,
    architectures,
    backward_pass,
    channels_and_filters,
    convolution,
    dimensions,
    dropout_and_normalisation,
    fast_convolution,
    from_scratch,
    mnist,
    model_summary,
    parameters,
    pixel_matching,
    pooling,
    receptive_field,
    stride_and_padding,
    weight_sharing,
)

CHAPTERS = (
    pixel_matching,
    convolution,
    stride_and_padding,
    channels_and_filters,
    activation,
    pooling,
    parameters,
    model_summary,
    receptive_field,
    weight_sharing,
    dimensions,
    dropout_and_normalisation,
    architectures,
    backward_pass,
    fast_convolution,
    from_scratch,
    mnist,
)


def collect(modules):
    """{id: Question} of the modules' ``QUESTIONS``; an id that comes twice is an error."""
    found = {}
    for module in modules:
        for question in module.QUESTIONS:
            if question.id in found:
                raise ValueError(f"two questions have the id {question.id!r}")
            found[question.id] = question
    return found


bank = MappingProxyType(collect(CHAPTERS))
