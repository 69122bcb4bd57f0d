"""What a person reads in ps7 and ps8: tests that can fail, and numbers that can be trusted."""

from course_bank.assignments.judgements.judgement import Judgement
from course_bank.assignments.judgements.measured import percent, recorded
from course_lib import shapes

_PLACES = shapes.output_size(4000, 31).value ** 2
_COPIES = _PLACES * 31**2 * 4 / 1e9  # gigabytes in float32

_DIGITS = recorded()["digits"]
_CONFUSED = list(_DIGITS["confused"])

# of 1,000 images read with 97 %, the share that is right in another 1,000 varies by this
_SPREAD = 100 * (0.97 * 0.03 / 1000) ** 0.5

JUDGEMENTS = (
    Judgement(
        "conv2d-gradient-check",
        "How would you convince somebody that your `conv2d_backward` is right, without Keras and "
        "without a second implementation? Say what you would compute, with which step, in which "
        "precision, and what would count as agreement. Why is a gradient of ones at the output a "
        "poor test?",
        "Compare the product of the gradient with a random direction and the central difference "
        "(L(w + h d) - L(w - h d)) / 2h of a loss L = sum(grad * outputs) with a random grad. In "
        "float64 with h about 1e-5 both agree to some seven digits; in float32 rounding hides the "
        "difference. With ones at the output every place counts the same, so gradients that end up "
        "at the wrong place go unnoticed.",
        (
            (1, "a difference quotient of a loss, against the gradient"),
            (1, "a small step, float64, and an agreement that fits them"),
            (1, "with ones, values at wrong places go unnoticed"),
        ),
    ),
    Judgement(
        "conv2d-weak-test",
        'A fellow student says: "On an image of ones and a square kernel of ones my function '
        'returns what Keras returns. So it is right." Name two mistakes that this test cannot see, '
        "and say why. Then describe a test that would see both.",
        "A flipped kernel: a kernel of ones is the same both ways. Rows and columns exchanged: all "
        "values are equal, and with a square image and kernel so are both sides. (Also: weights of "
        "channels mixed up; a bias of 0 left out.) A test that sees them: random numbers, an image "
        "and a kernel whose sides differ, several channels and filters, a bias that differs from "
        "filter to filter.",
        (
            (1, "one mistake that the test cannot see, and why"),
            (1, "a second one, and why"),
            (1, "random values and sides that differ"),
        ),
    ),
    Judgement(
        "conv2d-which-version",
        "You have written the same convolution twice. Which version would you use (a) to find out "
        "why one value of a map is wrong, (b) inside a network that is trained for an hour, (c) "
        "for one kernel of 31 × 31 on a grey image of 4000 × 4000, if the windows have to be "
        "copied into a matrix? Work out the size of that matrix in bytes.",
        "(a) The loops: every product can be looked at. (b) The windows: the same numbers, and "
        f"the loops run inside NumPy. (c) Neither as it is: {_PLACES:,} windows of 961 values "
        f"of 4 bytes are {_COPIES:.0f} gigabytes (twice that in float64). Windows in strips of "
        "rows, a product that works on the view without copying, or one sum over the 961 shifted "
        "images need little more than the image itself.",
        (
            (1, "(a) loops and (b) windows, with reasons"),
            (1, "(c) the size of the matrix: places times 961 times the bytes of a number"),
            (1, "(c) a way that does not copy everything at once"),
        ),
    ),
    Judgement(
        "mnist-what-it-misreads",
        "Look at digits of `x_test` that your model misreads. Which two classes does it confuse "
        "most, why those, and is the accuracy on the training digits a good guess of the accuracy "
        "on these? Three or four sentences, with your numbers.",
        f"Typical: {_CONFUSED[0]}, {_CONFUSED[1]}, {_CONFUSED[2]}: they share strokes and differ "
        "in one piece. The accuracy on the training digits is higher (in our runs "
        f"{percent(_DIGITS['seen'])} on average) than on the test digits "
        f"({percent(_DIGITS['unseen'])}): the model has seen the former, and 2,000 digits are few, "
        "so it knows some of them by heart. Only digits it has not been trained on say how it "
        "will do.",
        (
            (1, "two classes, with numbers of the own model"),
            (1, "a reason in the shape of the digits"),
            (1, "no: the training digits were seen, with both accuracies"),
        ),
    ),
    Judgement(
        "mnist-tuned-on-test",
        'A fellow student reports: "I tried twenty settings and kept the one that is best on '
        '`x_test`: 97.2 %. New digits will be read just as well." What is wrong with that, and '
        "what should be done instead? Suppose `x_test` holds 1,000 digits: may one say that 97.2 % "
        "is better than 96.9 %?",
        "The best of twenty is partly the luckiest of twenty on these very digits: choosing on "
        "them makes them part of the training, and the report is too high. Instead the settings "
        "are chosen on a third part, set aside from the training digits, and `x_test` is used "
        "once, at the end. 97.2 % and 96.9 % differ by three digits of 1,000; by chance alone the "
        f"share of right ones varies by about {_SPREAD:.1f} percentage points, so no.",
        (
            (1, "the best was chosen on these digits, so the number is too high"),
            (1, "choose on digits set aside, test once"),
            (1, "no: three digits of 1,000 are within chance"),
        ),
    ),
    Judgement(
        "mnist-small-device",
        "A device has room for 20,000 bytes of parameters. Does your model fit, in float32? Give "
        "one change to the layers that makes it fit, or keeps it fitting with half the room, and "
        "count again. What do you expect to lose, and how would you find out?",
        "Parameters times 4 bytes: with 16 and 24 filters, for example, the model has 160 + 3,480 "
        "+ 6,010 = 9,650 parameters, which are 38,600 bytes, and does not fit. With 8 and 16 "
        "filters it has 80 + 1,168 + 4,010 = 5,258, or 21,032 bytes, still too many; with 8 and 12 "
        "80 + 876 + 3,010 = 3,966, or 15,864 bytes: it fits. Fewer filters find fewer kinds of "
        "strokes; I expect some digits more to be misread, trained on the same digits and counted "
        "on digits that neither model has seen.",
        (
            (1, "parameters of the own model times 4 bytes, compared with the room"),
            (1, "a change and its right count"),
            (1, "an expected loss, and a fair comparison on unseen digits"),
        ),
    ),
)
