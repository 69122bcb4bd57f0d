"""Facts about stride, padding and the size of the output."""

from course_lib.lectures import examples
from course_lib.lectures.facts.convolution import convolved
from course_lib.lectures.facts.fact import Fact
from course_lib.shapes import output_shape, output_size, padding_split

TOPIC = "stride and padding"


def _map(strides, padding):
    return convolved(examples.numbers_6x6, examples.edge_kernel, strides, padding)


FACTS = [
    Fact(
        "conv-04",
        "amity",
        TOPIC,
        "The 6 × 6 image of zeros and ones with filter 1 at stride 2: the first row is 3, −3.",
        compute=lambda: convolved(examples.binary_6x6, examples.filter_1, 2),
        printed=[[3, -3], [-3, 0]],
    ),
    Fact(
        "size-01",
        "amity",
        TOPIC,
        "The 6 × 6 image of numbers with the kernel [1 0 −1; 1 0 −1; 1 0 −1], $s = 1$, $p = 0$: "
        "the "
        "first values are 2 and 6.",
        compute=lambda: _map(1, 0),
        printed=[[2, 6, -4, 5], [0, 4, 0, -1], [-5, 0, 3, 6], [-2, 5, 0, 3]],
    ),
    Fact(
        "size-02",
        "amity",
        TOPIC,
        "The same at $s = 2$, $p = 0$: the first row is 2, −4.",
        compute=lambda: _map(2, 0),
        printed=[[2, -4], [-5, 3]],
    ),
    Fact(
        "size-03",
        "amity",
        TOPIC,
        "The same at $s = 1$, $p = 1$ (same padding): a 6 × 6 output whose first value is −15. Its "
        "first row:",
        compute=lambda: _map(1, 1)[0],
        printed=(-15, 5, 6, -4, 3, 8),
    ),
    Fact(
        "size-04",
        "amity",
        TOPIC,
        "The same at $s = 2$, $p = 1$: a 3 × 3 output.",
        compute=lambda: _map(2, 1),
        printed=[[-15, 6, 3], [-16, 4, -1], [-21, 5, 3]],
    ),
    Fact(
        "size-05",
        "amity",
        TOPIC,
        "The output size is $(n + 2p − k)/s + 1$, on one slide without the floor. For $n = 6$, "
        "$k = 3$, $p = 1$, $s = 2$ that "
        "gives 3.5.",
        compute=lambda: output_size(6, 3, 2, 1),
        printed=(6 + 2 * 1 - 3) / 2 + 1,
        truth="The output size is $\\lfloor (n + 2p − k)/s \\rfloor + 1$: {value} cells in this "
        "example. The "
        "other slides print the floor.",
        reason="in every example where the stride divides evenly, the floor changes nothing.",
    ),
    Fact(
        "size-06",
        "amity",
        TOPIC,
        "$n = 6$, $k = 3$: with $p = 1$, $s = 2$ the size is 3; with $p = 0$, $s = 1$ it is 4.",
        compute=lambda: {
            "p = 1, s = 2": output_size(6, 3, 2, 1),
            "p = 0, s = 1": output_size(6, 3, 1, 0),
        },
        printed={"p = 1, s = 2": 3, "p = 0, s = 1": 4},
    ),
    Fact(
        "size-07",
        "amity",
        TOPIC,
        "Same padding puts $\\lfloor k/2 \\rfloor$ zeros on each side. For $n = 6$, $k = 3$, "
        "$s = 2$ that is one zero "
        "before and one after.",
        compute=lambda: dict(zip(("before", "after"), padding_split(6, 3, 2, "same"), strict=True)),
        printed={"before": 1, "after": 1},
        truth="True for odd $k$ at stride 1. Keras puts "
        "$\\max((\\lceil n/s \\rceil − 1)\\,s + k − n,\\ 0)$ zeros in "
        "total, and an odd one after: here {value}. Its values then differ "
        "from those of the symmetric padding. An even $k$ is split unevenly even at stride 1.",
        reason="kernels are nearly always odd, and most convolutions have stride 1, where both "
        "rules agree.",
    ),
    Fact(
        "size-08",
        "notes-sizes",
        TOPIC,
        "28 × 28, $f = 5$: with $s = 1$ the size is 24; with $s = 2$ it is 11 + 1 = 12.",
        compute=lambda: {"s = 1": output_size(28, 5, 1), "s = 2": output_size(28, 5, 2)},
        printed={"s = 1": 24, "s = 2": 12},
    ),
    Fact(
        "size-09",
        "notes-sizes",
        TOPIC,
        "Without padding the size is $(H − k + 1)/s$. For $H = 11$, $k = 2$, $s = 3$ that gives "
        "10/3.",
        compute=lambda: output_size(11, 2, 3),
        printed=(11 - 2 + 1) / 3,
        truth="The size is $\\lfloor (H − k)/s \\rfloor + 1$: {value} here. For 28, 5 and 2 both "
        "formulas give "
        "12, which hides the difference.",
        reason="at stride 1 the two are the same, $H − k + 1$, and dividing the whole of it by the "
        "stride is the step that comes to mind first. Rounded up, it is even right: "
        "$\\lceil (H − k + 1)/s \\rceil$ is "
        "the same number.",
    ),
    Fact(
        "size-10",
        "amity",
        TOPIC,
        "32 × 32 × 3 through five 3 × 3 filters ($s = 1$, valid) is 30 × 30 × 5; 2 × 2 pooling "
        "with $s = 2$ makes "
        "it 15 × 15 × 5.",
        compute=lambda: {
            "convolved": (*output_shape((32, 32), 3), 5),
            "pooled": (*output_shape((30, 30), 2, 2), 5),
        },
        printed={"convolved": (30, 30, 5), "pooled": (15, 15, 5)},
    ),
    Fact(
        "size-11",
        "amity",
        TOPIC,
        "(32 − 3 + 0)/1 = 29, and 29 + 1 = 30.",
        compute=lambda: output_size(32, 3),
        printed=30,
    ),
]
