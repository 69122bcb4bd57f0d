from playwright.sync_api import expect

from tests.course_lib.figures.drivers import choose, press, says, start, tab_to, tab_to_either_way


def _layer(root, number):
    return root.locator(".cbh-layer").nth(number - 1)


def _row(root, number):
    """What the table says of a layer: shape, parameters, receptive field, multiply-adds."""
    return root.locator("tr:has(.cbh-layer)").nth(number - 1)


def _shapes(root, *shapes):
    cells = root.locator("tr:has(.cbh-layer) td:nth-of-type(1)")
    expect(cells).to_have_text(list(shapes))


def keyboard(page, root):
    choose(page, root, "Start from", "Lecture: typical CNN, 8 and 16 filters")
    choose(page, root, "Start from", "Lecture: MNIST classifier")
    says(root, r"Output \(10,\), 34,826 parameters")
    # edit: the first layer's fields are open
    tab_to_either_way(page, root, root.get_by_label("Filters", exact=True))
    press(page, "Control+a", *"16", "Tab")
    says(root, r"Output \(10,\), 25,450 parameters")
    page.keyboard.press("Control+a")  # the focus went on to the kernel size
    press(page, *"5,3", "Enter")
    expect(_row(root, 1)).to_contain_text("(24, 26, 16)")
    expect(_row(root, 1)).to_contain_text("5 × 3")
    # add after it, by name
    choose(page, root, "New layer", "BatchNormalization")
    tab_to(page, root.get_by_role("button", name="Add after layer 1"))
    page.keyboard.press("Enter")
    says(root, r"BatchNormalization added as layer 2")
    expect(root.locator(".cbh-layer")).to_have_count(8)
    # move it down and up again, from the table
    start(page, root)
    tab_to(page, _layer(root, 2))
    press(page, "Alt+ArrowDown")
    says(root, r"BatchNormalization moved to place 3 of 8")
    expect(_layer(root, 3)).to_be_focused()
    press(page, "Alt+ArrowUp")
    says(root, r"BatchNormalization moved to place 2 of 8")
    expect(_layer(root, 2)).to_be_focused()
    # an impossible stack says where and why
    press(page, "ArrowUp", "ArrowUp")
    expect(_layer(root, 1)).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, root.get_by_label("Kernel size", exact=True))
    press(page, "Control+a", *"30", "Enter")
    says(root, r"Layer 1, Conv2D \(conv2d\): a window of 30 does not fit into 28 along the height")
    expect(_row(root, 1)).to_contain_text("does not fit")
    choose_padding = root.get_by_label("Padding", exact=True)
    tab_to(page, choose_padding)
    press(page, "ArrowDown")
    expect(_row(root, 1)).to_contain_text("(28, 28, 16)")
    # delete
    tab_to_either_way(page, root, _layer(root, 2))
    press(page, "Delete")
    says(root, r"layer 2, BatchNormalization, deleted")
    expect(root.locator(".cbh-layer")).to_have_count(7)
    expect(_layer(root, 2)).to_be_focused()
    # the program
    tab_to_either_way(page, root, root.get_by_role("tab", name="Layer"))
    press(page, "ArrowLeft")
    expect(root.get_by_role("tab", name="Code")).to_be_focused()
    tab_to(page, root.get_by_role("radio", name="Keras"))
    press(page, "ArrowRight")
    expect(root.locator("pre code")).to_contain_text("import course_lib as keras")
    choose(page, root, "Start from", "Lecture: two convolutions, functional")
    expect(root.locator("pre code")).to_contain_text("model = keras.Model(inputs, x)")
    says(root, r"Output \(6, 6, 2\), 142 parameters")
    tab_to(page, root.get_by_role("button", name="Copy the code"))
    press(page, "Enter")
    says(root, r"Copied\.|The code is selected")


def pointer(page, root):
    root.get_by_role("tab", name="Totals").click()
    expect(root.locator(".cbh-totals")).to_be_visible()
    root.get_by_label("Start from", exact=True).select_option(label="LeNet-5 (1998)")
    _shapes(
        root,
        "(28, 28, 6)",
        "(14, 14, 6)",
        "(10, 10, 16)",
        "(5, 5, 16)",
        "(400,)",
        "(120,)",
        "(84,)",
        "(10,)",
    )
    expect(root.locator(".cbh-totals")).to_contain_text("61,706")
    _layer(root, 3).click()
    expect(root.locator(".cbh-arithmetic")).to_contain_text(
        "(5·5·6 + 1) · 16 = (150 + 1) · 16 = 151 · 16 = 2,416"
    )
    root.get_by_role("button", name="Move up").click()
    says(root, r"Conv2D moved to place 2 of 8")
    root.get_by_role("button", name="Move down").click()
    root.get_by_label("Start from", exact=True).select_option(label="AlexNet (2012)")
    expect(root.locator(".cbh-totals")).to_contain_text("62,378,344")
    expect(_row(root, 1)).to_contain_text("(55, 55, 96)")
    expect(_row(root, 1)).to_contain_text("34,944")
    # Conv2D after Flatten
    _layer(root, 9).click()
    root.get_by_label("New layer", exact=True).select_option("Conv2D")
    root.get_by_role("button", name="Add after layer 9").click()
    says(root, r"Layer 10, Conv2D \(conv2d_5\): it needs an input of three axes .* got \(9216,\)")
    root.get_by_role("button", name="Delete").click()
    expect(root.locator(".cbh-totals")).to_contain_text("62,378,344")
    root.get_by_label("Start from", exact=True).select_option(label="Lecture: MNIST classifier")
    root.get_by_role("tab", name="Code").click()
    root.get_by_role("radio", name="Sequential").check()
    root.get_by_role("radio", name="Keras").check()
    expect(root.locator("pre code")).to_contain_text("from tensorflow import keras")
