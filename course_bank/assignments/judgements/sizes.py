"""What a person reads in ps1 and ps2: pieces, kernels, sizes and padding."""

from course_bank.assignments.judgements.judgement import Judgement

JUDGEMENTS = (
    Judgement(
        "pixel-why-pieces",
        "An X is drawn a little smaller and a little to the left. Why does comparing pixel by "
        "pixel fail, and what does comparing pieces change? Two or three sentences.",
        "Comparing pixel by pixel asks whether the same place has the same value, so a shifted X "
        "agrees with the template hardly more than any other drawing. Its pieces (a diagonal, a "
        "crossing) look the same wherever they are: a piece slid over the whole image finds them "
        "at their new places, and the map of scores moves with the drawing. What stays to be "
        "decided is where the pieces lie relative to one another.",
        (
            (1, "pixel by pixel ties each value to its place, so a small shift spoils the match"),
            (1, "a piece is looked for at every place, so it is found where it is now"),
        ),
    ),
    Judgement(
        "conv-zero-sum",
        'A fellow student says: "The weights of this kernel sum to 0, so it returns 0. It is of no '
        'use." Where is that right, where is it wrong, and what are such kernels good for? Give a '
        "patch and a kernel of your own, with the value.",
        "It is right on an even area: there the output is the grey value times the sum of the "
        "weights. Where the pixels differ, the positive and the negative weights may meet "
        "different values and then do not cancel: a kernel with three rows [-1, 0, 1], laid on "
        "three rows [2, 2, 9], returns 3 · (9 - 2) = 21. (It is silent where the pixels change "
        "from row to row only.) So the kernel answers to changes of its own kind and is silent "
        "elsewhere: that is how edges are found.",
        (
            (1, "right on even areas, with the reason"),
            (1, "a patch and a kernel whose weights sum to 0, with the right value, not 0"),
            (1, "use: finding changes, such as edges"),
        ),
    ),
    Judgement(
        "conv-flip-or-not",
        "Mathematics turns the kernel before it multiplies; a CNN layer does not. Does that matter "
        "(a) for a network trained from scratch, (b) for a kernel copied from a textbook on signal "
        "processing, (c) for a kernel that stays the same when it is turned? One sentence each.",
        "(a) No: the weights are learned, and training finds the turned kernel where the other "
        "convention would have found the kernel. (b) Yes: it must be turned by 180 degrees first, "
        "or an edge kernel answers with the other sign, and a kernel for a corner to the opposite "
        "corner. (c) No: for a kernel that is symmetric in this way, such as a mean, both give the "
        "same.",
        (
            (1, "(a) no, since the weights are learned to fit either convention"),
            (1, "(b) yes: turn it first"),
            (1, "(c) no: both conventions agree"),
        ),
    ),
    Judgement(
        "sizes-why-floor",
        "The page of a lecture gives the output size as (n - k + 1)/s, without a floor. For which "
        "sizes is that right all the same, for which is it not, and what happens to the input "
        "cells that are left over? Two or three sentences, with an example of your own.",
        "The windows start at 0, s, 2s, ... and the last one must still fit: that gives "
        "floor((n - k)/s) + 1 places, which is (n - k + 1)/s rounded up. So the page is right "
        "where s divides n - k + 1 (always at s = 1), and gives a fraction elsewhere; rounded "
        "down, that is one place too few. Cells behind the last window are read by no output: for "
        "n = 11, k = 2, s = 3 the windows start at 0, 3, 6, 9, all 11 cells are read, and the size "
        "is 4, not 10/3. For n = 12 the last cell is dropped. For n = 13 the page says 12/3 = 4, "
        "which is right, and two cells are dropped.",
        (
            (1, "right where s divides n - k + 1, as at s = 1; elsewhere a fraction, to round up"),
            (1, "left-over cells are read by no window; an example with right numbers"),
        ),
    ),
    Judgement(
        "sizes-design",
        "Images of 64 × 64 shall become maps of 8 × 8, by convolutions alone (no pooling), at most "
        "three of them. Write down kernel size, stride and padding of each layer, and the size "
        "behind it. Then give a second design that also works, and say which you would take and "
        "why.",
        "First: three layers with kernel size 3, stride 2 and same padding: 64, 32, 16, 8. Second: "
        "one layer with kernel size 8 and stride 8, without padding: (64 - 8)/8 + 1 = 8. The "
        "second is one cheap step, but its windows do not overlap: an edge between two of them is "
        "seen by neither, and one layer finds no combinations of features. The first sees "
        "overlapping windows and builds features of features; it costs more time. For recognising "
        "objects I would take the first.",
        (
            (1, "a design that ends at 8 × 8, with the right size behind each layer"),
            (1, "it keeps to the rules: convolutions only, three at most"),
            (1, "a second design that works and is a different idea"),
            (1, "a choice with a reason: overlap, depth, parameters or time"),
        ),
    ),
    Judgement(
        "sizes-same-or-valid-choice",
        "Same padding or none? Choose for (a) a network that gives a label to every pixel of an "
        "aerial photograph, (b) reading digits that stand in the middle of an empty image, (c) "
        "measuring blood vessels, where no value may depend on pixels that were made up. For each: "
        "one reason, and what you give up.",
        "(a) Same: the map must be as large as the image. The labels at the border rest on padded "
        "zeros and are less reliable. (b) Either: the border is empty, so nothing is lost without "
        "padding, and the maps get smaller and cheaper; with padding the sizes are easier to plan. "
        "(c) None: each value then rests on real pixels. The map is smaller than the image, and "
        "vessels at its border are not measured.",
        (
            (1, "(a) same, since sizes must agree; weak values at the border"),
            (1, "(b) either one, with a reason that fits it"),
            (1, "(c) none; the border is lost"),
        ),
    ),
)
