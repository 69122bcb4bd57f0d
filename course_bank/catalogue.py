"""The bank: every question by its id, in the order of the book."""

from types import MappingProxyType

from course_bank import (
    activation,
    architectures,
    backward,
    backward_pooling,
    channels,
    convolution,
    design,
    dilation,
    dimensions,
    equivariance,
    fast,
    filters,
    from_scratch,
    from_scratch_backward,
    functional_models,
    kernels,
    mnist,
    normalisation,
    padding,
    parameters,
    pixels,
    pooling,
    pooling_sizes,
    receptive_field,
    sizes,
    small_models,
    speed,
    summaries,
    training,
    volumes,
)

TOPIC_MODULES = (
    pixels,
    convolution,
    kernels,
    sizes,
    padding,
    channels,
    filters,
    activation,
    pooling,
    pooling_sizes,
    parameters,
    design,
    functional_models,
    summaries,
    small_models,
    receptive_field,
    dilation,
    equivariance,
    dimensions,
    volumes,
    normalisation,
    training,
    architectures,
    backward,
    backward_pooling,
    fast,
    from_scratch,
    from_scratch_backward,
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
