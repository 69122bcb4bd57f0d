"""What a person reads in ps10: experiments that tell faults apart, and mends that only hide one."""

from math import log

from course_bank.assignments.judgements.judgement import Judgement
from course_bank.assignments.judgements.measured import recorded

_CLASSES = 20
_FLATTERED = recorded()["larger and longer"]["small rate and yes or no"]

JUDGEMENTS = (
    Judgement(
        "clinic-one-experiment",
        f"A network for {_CLASSES} classes starts at a loss of {log(_CLASSES):.2f}. After five "
        "epochs its training accuracy is 0.97 and its validation accuracy 0.06. Name two "
        "different faults that would look like this, and one experiment that tells them apart: "
        "say what it would show for each of the two.",
        f"The first loss is the logarithm of {_CLASSES}, and training works: loss, rate and "
        "weights are sound. Validation is at chance (one in twenty), with great certainty, so this "
        "is no overfitting, which would still be right more often. The two sets are treated "
        "differently: "
        "the validation labels may be numbered otherwise or belong to other images, or the "
        "validation images may be prepared otherwise, or a layer may be in the wrong mode. "
        "Experiment: ask about *training* images by the way that validation takes. If the accuracy "
        "falls to chance there too, the way is at fault (preparation, mode). If it stays at 0.97, "
        "the validation labels are.",
        (
            (1, "two faults that really differ, both of which fit chance with a sound training"),
            (1, "one experiment that changes one thing"),
            (1, "what it would show, for each of the two"),
        ),
    ),
    Judgement(
        "clinic-hidden-not-mended",
        "A fellow student does not look for the faults of the last program, but makes its network "
        "twice as wide and trains it for 50 epochs. With most of the faults that the program may "
        "have, the accuracy that it reports is then above what was asked. Why is that no mend? "
        "Name one thing that is still wrong in the program, say how you would see it, and what it "
        "would cost whoever uses the network.",
        "More width and more epochs move the curves and leave the cause where it was: one change "
        "at a time, with a reason, says what was wrong; this says nothing. A rate that is too "
        "small is made up for in part by many steps, at some ten times the cost. Batch "
        "normalisation in training mode still names an image by its neighbours: the accuracy on a "
        "mixed batch looks well, and a single image, or images class by class, get other answers; "
        "asking about the same images one at a time shows it, and a user with one picture meets it "
        "first. A loss and an accuracy of questions with yes and no still report too much (in one "
        f"of our runs {_FLATTERED['reported']:.2f}, where {_FLATTERED['reads']:.2f} of new digits "
        "were read): compare the report with the share of right classes. Somebody relies on a "
        "number that is not true.",
        (
            (1, "the cause is still there; several changes at once say nothing about it"),
            (1, "one thing that is still wrong, and the experiment that shows it"),
            (1, "what it costs in use"),
        ),
    ),
)
