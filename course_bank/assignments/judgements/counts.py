"""What a person reads in ps3 and ps4: where parameters sit, and what a summary tells."""

from course_bank.assignments.judgements.judgement import Judgement

JUDGEMENTS = (
    Judgement(
        "params-where-they-sit",
        "In the lecture's network of two convolutions and a hidden dense layer of 1,024 units, "
        "1,639,424 of 1,668,490 parameters belong to one layer. Which one, and why? Name two ways "
        "to need fewer, and what each of them costs.",
        "The hidden dense layer behind Flatten: each of its 1,024 units has a weight for every one "
        "of the 5 * 5 * 64 = 1,600 values, and no weight is shared, while a convolution's weights "
        "serve all places. Fewer units: less room for combinations of features. Another pooling "
        "layer, or global average pooling, in front: fewer inputs, but what is known about places "
        "is lost. Leaving the hidden layer out: 16,010 parameters instead, and classes that are "
        "sums of features.",
        (
            (1, "the hidden dense layer, since every unit has a weight for every value"),
            (1, "two ways that work"),
            (1, "what each of them costs"),
        ),
    ),
    Judgement(
        "params-larger-images",
        'A fellow student says: "Images twice as high and twice as wide need four times as many '
        'parameters: our CNN cannot take them." For which layers is that about right, for which is '
        "it wrong, and what does grow fourfold? How would you change a network of convolutions, "
        "Flatten and Dense so that its count no longer depends on the image?",
        "It is wrong for convolutions: kernel, channels and filters make up the count, the image "
        "does not. It is about right for a dense layer behind Flatten, which has a weight for each "
        "value of the maps. What grows fourfold in a convolution is the work, and the memory for "
        "the maps: one multiplication for each weight at each place. Global average pooling in the "
        "place of Flatten leaves one value for each channel, so that the count depends on the "
        "channels alone.",
        (
            (1, "convolutions: no change; a dense layer behind Flatten: about four times"),
            (1, "work, or memory for the maps, grows fourfold"),
            (1, "global pooling, or another way that fixes the inputs of the dense layer"),
        ),
    ),
    Judgement(
        "params-budget",
        "Design a CNN for colour images of 32 × 32 and ten classes with at most 20,000 parameters "
        "and at least two convolutions. List the layers with output shape and parameters. If you "
        "had to get by with half of that, what would you give up first, and why?",
        "```python\n"
        "keras.Sequential([\n"
        "    keras.Input(shape=(32, 32, 3)),\n"
        '    keras.layers.Conv2D(16, 3, activation="relu"),\n'
        "    keras.layers.MaxPooling2D(2),\n"
        '    keras.layers.Conv2D(32, 3, activation="relu"),\n'
        "    keras.layers.MaxPooling2D(2),\n"
        '    keras.layers.Conv2D(32, 3, activation="relu"),\n'
        "    keras.layers.GlobalAveragePooling2D(),\n"
        '    keras.layers.Dense(10, activation="softmax"),\n'
        "])\n"
        "```\n\n"
        "has 14,666 parameters: 448, 4,640, 9,248 and 330; the maps are 30, 15, 13, 6 and 4 pixels "
        "wide. With half of 20,000 I would give the third convolution 16 filters: its count falls "
        "to 4,624, the total to 9,882. It holds most of the parameters, and the early filters, "
        "which find edges and colours, serve everything behind them.",
        (
            (1, "two convolutions or more, and a layer of ten units at the end"),
            (1, "the output shapes are right"),
            (1, "the counts are right and within 20,000"),
            (1, "a change that comes below 10,000, with a reason"),
        ),
    ),
    Judgement(
        "summary-find-the-mistake",
        "A page of a lecture counts the second layer of `Convolution2D(5, 3)`, "
        "`Convolution2D(2, 3)` on (10, 10, 1) like this: 3 · 3 · 5 = 15, 15 + 1 = 16, two filters: "
        "32. The table on the same page says 92. Which is right, where is the mistake, and how "
        "could the page have been checked?",
        "92 is right: 3 * 3 * 5 is 45, not 15, and (45 + 1) * 2 = 92. The page lost a factor of 3. "
        "Checks: one filter reads a block of 3 by 3 by 5 values and needs a weight for each; the "
        "kernel's shape is (3, 3, 5, 2), which is 90 numbers, and two biases; or the summary of "
        "the model itself.",
        (
            (1, "92"),
            (1, "a factor of 3 is lost: 3 · 3 · 5 is 45"),
            (1, "a check that would have found it"),
        ),
    ),
    Judgement(
        "summary-what-it-hides",
        "You are given the summary of a model, the shape of its input and nothing else. Which of "
        "these can you work out, and from which column: kernel size, activation, dropout rate, "
        "number of filters, whether there are biases? Name two different models with the same "
        "summary.",
        "The number of filters is the last number of the output shape. Kernel size and biases "
        "follow from the parameters: k · k · c · f without biases, f more with them. The "
        "activation (as an argument of the layer) and the dropout rate stand in no column and "
        "change none. So a network with ReLU and the same one with sigmoid have the same summary, "
        "and so have `Dropout(0.2)` and `Dropout(0.5)`, or a kernel of 3 × 5 and one of 5 × 3 on "
        "maps padded to the same size.",
        (
            (1, "filters from the shape; kernel size and biases from the parameters"),
            (1, "activation and dropout rate cannot be read"),
            (1, "two models that differ and have the same shapes and counts"),
        ),
    ),
    Judgement(
        "summary-two-models",
        "Two classifiers for grey images of 28 × 28 and ten classes. A: `Conv2D(8, 3)`, "
        "`MaxPooling2D(2)`, `Flatten`, `Dense(10)`. B: `Conv2D(16, 3)`, `MaxPooling2D(2)`, "
        "`Conv2D(32, 3)`, `MaxPooling2D(2)`, `Conv2D(32, 3)`, `GlobalAveragePooling2D`, "
        "`Dense(10)`. Count both. Which would you rather train on 2,000 images, and which would "
        "you rather run on a slow device? Defend both choices.",
        "A has 80 + 13,530 = 13,610 parameters, B 160 + 4,640 + 9,248 + 330 = 14,378: about as "
        "many, at different places. Nearly all of A's belong to single places of the map: a stroke "
        "one pixel further meets other weights, which 2,000 images hardly train. B's are shared "
        "between the places and find features of features, so I would train B. On the slow device "
        "I would run A: B's convolutions use each weight at 676, 121 and 9 places, A's dense "
        "layer each weight once, so A needs 62,192 multiplications and B 738,176.",
        (
            (1, "both counts are right"),
            (1, "a choice for 2,000 images whose reason is sharing, place or depth"),
            (1, "a choice for the device whose reason is the work, not the count"),
        ),
    ),
)
