"""The bank: every question by its id, in the order of the book."""

from types import MappingProxyType

from course_lib.questions import (
    activation,
    architectures,
    backward,
    channels,
    convolution,
    dimensions,
    equivariance,
    fast,
    from_scratch,
    mnist,
    padding,
    parameters,
    pixels,
    pooling,
    receptive_field,
    sizes,
    speed,
    summaries,
    training,
)

TOPIC_MODULES = (
    pixels,
    convolution,
    sizes,
    padding,
    channels,
    activation,
    pooling,
    parameters,
    summaries,
    receptive_field,
    equivariance,
    dimensions,
    training,
    architectures,
    backward,
    fast,
    from_scratch,
    speed,
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


bank = MappingProxyType(collect(TOPIC_MODULES))
