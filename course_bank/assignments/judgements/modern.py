"""What a person reads in ps11: what a saving gives up, and what a small test can tell."""

from math import sqrt

import numpy as np

from course_bank.assignments.judgements.judgement import Judgement
from course_bank.topics.transfer import heldout
from course_lib import shapes

_PLACE = (1, 1)
_FULL = shapes.multiply_adds(_PLACE, 3, 64, 64).value
_SEPARABLE = (
    shapes.multiply_adds(_PLACE, 3, 64, 64, 64).value
    + shapes.multiply_adds(_PLACE, 1, 64, 64).value
)
_TESTED, _RIGHT = 36, 31
_DEVIATION = sqrt(_RIGHT / _TESTED * (1 - _RIGHT / _TESTED) / _TESTED)
_OVER_DRAWS = float(np.std(heldout.reference()))

JUDGEMENTS = (
    Judgement(
        "modern-what-was-given-up",
        "A colleague replaces every full 3 × 3 convolution of a residual network by a separable "
        "one, with 64 channels in and out. By which factor do the multiplications fall, roughly? "
        "She expects the training to be faster by that factor, and the network to be as good. "
        "Give a reason against each of the two expectations, and say how she would find out.",
        f"At each place {_FULL:,} multiplications become {_SEPARABLE:,}: about "
        f"{_FULL / _SEPARABLE:.0f} times fewer. Not that much faster: a depthwise convolution uses "
        "each number that was fetched for nine products only, so memory sets its pace, and a step "
        "has other parts (normalisation, sums, two layers in the place of one) that stay. Not as "
        "good for sure: all filters now mix the same 64 filtered maps, one filter for each "
        "channel, while a full convolution may look around in each channel in another way for "
        "each filter; there are far fewer weights too. To find out: measure the time of a step on "
        "the machine that will be used, and train both several times, from other first weights, "
        "with equal effort, and compare on validation data with the spread.",
        (
            (1, "the factor, from k² and the filters"),
            (1, "a reason against the time, and one against the accuracy"),
            (1, "time measured, and accuracy over several trainings with the spread"),
        ),
    ),
    Judgement(
        "photographs-how-sure",
        f"Your head names {_RIGHT} of {_TESTED} new photographs rightly; that of a fellow student, "
        f"who chose another learning rate, {_RIGHT - 2}. Is yours better? Say by about how much "
        "such an accuracy varies by chance alone, name a second reason why two heads may differ, "
        "and describe how you would decide between the two learning rates.",
        f"An accuracy of {_RIGHT}/{_TESTED} on so few photographs has a standard deviation of "
        f"about {_DEVIATION:.2f} (the root of p(1 − p)/n), and the two differ by "
        f"{2 / _TESTED:.2f}: that is nothing. Besides, the heads were trained on other twenty "
        f"photographs, and over such draws alone the accuracy varies by {_OVER_DRAWS:.2f}. "
        "To decide: draw the few photographs anew many times, train with "
        "both rates on each draw, and compare pair by pair on photographs that were not drawn, "
        "with an interval for the mean difference. The test photographs stay out of it, or the "
        "choice is made for them.",
        (
            (1, "the spread by chance, as a number, and that two photographs are within it"),
            (1, "another reason: other training photographs, other first weights"),
            (1, "many draws, both rates on each, judged on photographs that are not the test's"),
        ),
    ),
)
