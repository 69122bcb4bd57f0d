"""What a person reads in ps5 and ps6: axes to move along, and how far a feature sees."""

from course_bank.assignments.judgements.judgement import Judgement

JUDGEMENTS = (
    Judgement(
        "dims-which-one",
        "Choose between one, two and three dimensions for (a) the electrocardiogram of a patient, "
        "recorded by 12 electrodes, (b) a spectrogram of speech, (c) a short video clip in colour. "
        "For each: along which axes does the kernel move, what are the channels, and why? One or "
        "two sentences each.",
        "(a) One: the kernel moves along time; the 12 electrodes are the channels, as they have no "
        "order in which shifting would make sense. (b) Two: time and frequency (one channel), "
        "since a sound may begin later or lie higher; one dimension over time with the frequencies "
        "as channels is defensible too. (c) Three: frames, rows and columns, with three colour "
        "channels, since movement is a pattern in time; frames as channels of a 2D convolution "
        "would fix the moment at which it happens.",
        (
            (1, "(a) one dimension, electrodes as channels, with a reason"),
            (1, "(b) two, or one with frequencies as channels, with a reason that fits"),
            (1, "(c) three, colours as channels, with a reason"),
        ),
    ),
    Judgement(
        "dims-colour-is-no-axis",
        'A fellow student says: "A colour image has height, width and colour, so it needs '
        '`Conv3D`." What is the mistake? And what would a `Conv3D` do whose kernel covers two of '
        "the three colours at a time?",
        "The dimension counts the axes along which the kernel moves. A `Conv2D` kernel has a third "
        "axis as well, but it spans all channels and does not move along them. A `Conv3D` with two "
        "colours at a time would compute the same feature for red with green and for green with "
        "blue, as if the colours were places in a row: a pattern moved from red to green is no "
        "longer the same thing in the world.",
        (
            (1, "the axes a kernel moves along count; all channels are spanned at once"),
            (1, "it would share weights between neighbouring colours, which means nothing"),
        ),
    ),
    Judgement(
        "dims-review-budget",
        "Reviews of up to 200 words, 5,000 different words, two classes: sketch a network of "
        "`Embedding`, `Conv1D` and what else it needs, with at most 100,000 parameters. List "
        'shapes and counts. Which layer tells "not good" from "good, not dear"? What would you '
        "change first if patterns stretched over 15 words?",
        "```python\n"
        "keras.Sequential([\n"
        "    keras.Input(shape=(200,)),\n"
        "    keras.layers.Embedding(5000, 16),\n"
        '    keras.layers.Conv1D(32, 3, activation="relu"),\n'
        "    keras.layers.GlobalMaxPooling1D(),\n"
        '    keras.layers.Dense(1, activation="sigmoid"),\n'
        "])\n"
        "```\n\n"
        "Shapes (200, 16), (198, 32), (32,), (1,); 80,000, 1,568, 0 and 33 parameters, 81,601 "
        "altogether. The convolution tells them apart: it sees three words in their order, while "
        "the embedding sees single words and pooling forgets where. For 15 words: a kernel of 15 "
        "words, with 7,712 parameters in the place of 1,568; or three layers of kernel size 3 with "
        "dilation rates 1, 2 and 4, which with 16 filters each have 2,352.",
        (
            (1, "layers that fit together, shapes right"),
            (1, "counts right, at most 100,000"),
            (1, "the convolution, since it reads neighbouring words in order"),
            (1, "a change that widens the field to 15 words"),
        ),
    ),
    Judgement(
        "rf-how-large",
        "Two networks end in the same classifier. In one, a value of the last feature map sees 15 "
        "pixels; in the other, 150. The digits to be read are 28 pixels wide. What can go wrong "
        "with the first, what with the second, and which three things widen a receptive field? "
        "Name what each of them costs.",
        "With 15 pixels no feature sees a whole digit: the classifier must put it together from "
        "parts, and parts of different digits look alike. 150 pixels are far more than the image: "
        "most windows lie on padding or do not fit, and weights are spent on nothing. More layers "
        "or larger kernels: more parameters and time. Pooling or strides: exact places are lost. "
        "Dilation: pixels in the holes are skipped, unless another layer reads them.",
        (
            (1, "what goes wrong with 15 pixels, and what with 150"),
            (1, "three things that widen the field"),
            (1, "what each of them costs"),
        ),
    ),
    Judgement(
        "rf-two-designs",
        "One value at the end shall see 31 pixels in a row, by at most five convolutions of kernel "
        "size 3. Give two designs: one with strides, one with dilation and no stride. Write the "
        "receptive field behind each layer. Which would you take to name the object in a picture, "
        "which to label every pixel, and why?",
        "Strides 2, 2, 2, 1: the fields are 3, 7, 15, 31. Dilation rates 1, 2, 4, 8: the fields "
        "are 3, 7, 15, 31 as well. Strides make the maps eight times smaller along each axis, "
        "which saves work and is no loss where one name is asked for. Labels for every pixel need "
        "a map as large as the image: dilation keeps it, at the price of work at every place.",
        (
            (1, "strides: 31 pixels with right fields in between"),
            (1, "dilation: 31 pixels with right fields in between"),
            (1, "strides for one name, dilation for every pixel"),
            (1, "a reason: size of the map, and the work"),
        ),
    ),
    Judgement(
        "rf-not-all-alike",
        'A fellow student says: "The receptive field is 5 pixels wide, so all five have the same '
        'say." Take two convolutions of kernel size 3 in a row. In how many ways does each of the '
        "five pixels reach the output, and what follows for choosing a receptive field as large as "
        "the object?",
        "A pixel reaches the output through each pair of weights whose offsets add to its place: "
        "1, 2, 3, 2 and 1 ways. So the middle has more say than the ends, unless training makes up "
        "for it. A field just as wide as the object sees the object's ends weakly; it should be "
        "wider.",
        (
            (1, "1, 2, 3, 2, 1"),
            (1, "the ends count less, so the field should be wider than the object"),
        ),
    ),
)
