"""What a person reads in ps9: what a saving costs, and what budgets do not say."""

from course_bank.assignments.judgements.judgement import Judgement
from course_lib import shapes

_SIDE = 5  # of the maps of a picture of 28 pixels, behind two convolutions of 3 and two poolings
_FILTERS = 32
_FLAT = shapes.dense_parameters(_SIDE**2 * _FILTERS, 10).value
_MEAN = shapes.dense_parameters(_FILTERS, 10).value
_STACK = shapes.receptive_field([3, 3, 3]).value

JUDGEMENTS = (
    Judgement(
        "design-what-it-gives-up",
        "Take your `design_classifier`. Which requirement did the first design that you thought of "
        "miss, and by how much? What did you change, and what can the model that you handed in no "
        "longer tell apart which the first one could? Four sentences, with your numbers.",
        "Typical: the parameters, through Flatten before Dense. For pictures of 28 × 28, two "
        f"convolutions and two poolings leave maps of {_SIDE} × {_SIDE} × {_FILTERS}, and a dense "
        f"layer of 10 units behind Flatten has {_FLAT:,} parameters; behind a global mean it has "
        f"{_MEAN:,}. The mean of a map says how much of a feature there is, not where: two "
        "pictures with the same pieces in other places, a hook above or below, look alike to it, "
        "as far as the receptive field does not hold both pieces. A smaller dense layer after more "
        "pooling gives up fineness instead.",
        (
            (1, "the requirement that was missed, with the numbers of both designs"),
            (1, "the change, and why it saves just there"),
            (1, "what is given up: places, fineness or channels, with an example"),
        ),
    ),
    Judgement(
        "design-budgets-say-little",
        "A model keeps to every budget of `design_stack` and is poor all the same. Give two "
        "different reasons that no line of the list would show. Then say how you would find out, "
        "for a given task, which of two models that keep to the budgets is the better one.",
        "First: without an activation between them, the convolutions together are one linear map, "
        f"so three layers of 3 compute what a single window of {_STACK} could. Second: a layer of "
        "very few channels in the middle lets little through, whatever the later ones could do "
        "with it. (Also: a field that is reached by weights at its rim alone; a training that "
        "does not get through the layers; multiplications that are few and slow.) To decide: "
        "train both on the same examples with the same effort, several times from other first "
        "weights, and compare their accuracy on examples kept aside, with the spread.",
        (
            (1, "one reason that the counts and shapes do not show"),
            (1, "a second, different one"),
            (1, "both trained alike, several times, judged on examples kept aside"),
        ),
    ),
)
