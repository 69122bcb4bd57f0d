from playwright.sync_api import expect

from tests.course_lib.figures.drivers import (
    active_cell,
    cell,
    choose,
    expect_mark,
    press,
    says,
    tab_to,
    tab_to_either_way,
)


def _facts(root, term):
    return root.locator(f".cbh-facts dt:text-is('{term}') + dd")


def keyboard(page, root):
    choose(page, root, "Example", "1D, lecture: 7 steps, 1 channel")
    expect(_facts(root, "Input")).to_contain_text("(7, 1): 7 × 1 = 7 numbers")
    expect(_facts(root, "Output")).to_have_text("(5, 1)")
    tab_to(page, root.locator(".cbh-stepper input"))
    press(page, "Home", "ArrowRight")
    says(root, r"Place 2 of 5: the window covers steps 2 to 4, 3 products")
    choose(page, root, "Example", "1D, lecture: 5 words, embedded in 3 dimensions")
    expect(_facts(root, "Parameters")).to_have_text("(2·3 + 1) · 1 = 7")
    expect(_facts(root, "Output")).to_have_text("(4, 1)")
    choose(page, root, "Example", "1D, lecture: embedding of 300, ten filters of 3")
    expect(_facts(root, "Parameters")).to_have_text("(3·300 + 1) · 10 = 9,010")
    choose(page, root, "Example", "2D, lecture: 5 × 7 image, 1 channel")
    expect(_facts(root, "Input")).to_contain_text("(5, 7, 1): 5 × 7 × 1 = 35 numbers")
    tab_to(page, active_cell(root, "Output"))
    press(page, "Control+Home", "ArrowDown", "ArrowRight")
    says(root, r"Place 7 of 15: the window covers height 2 to 4, width 2 to 4, 9 products")
    expect_mark(cell(root, "Input", 2, 2), "window")
    expect_mark(cell(root, "Input", 1, 2), "window", there=False)
    choose(page, root, "Example", "3D, lecture: 6 × 6 × 4, kernel (3, 3, 2)")
    expect(_facts(root, "Input")).to_contain_text("(6, 6, 4, 1): 6 × 6 × 4 × 1 = 144 numbers")
    expect(_facts(root, "Output")).to_have_text("(4, 4, 3, 1)")
    expect(_facts(root, "Keras")).to_have_text("keras.layers.Conv3D(1, (3, 3, 2))")
    tab_to_either_way(page, root, root.get_by_label("Kernel depth", exact=True))
    press(page, "ArrowUp")
    expect(_facts(root, "Output")).to_have_text("(4, 4, 2, 1)")
    tab_to(page, root.get_by_label("Stride", exact=True))
    press(page, "ArrowUp")
    expect(_facts(root, "Output")).to_have_text("(2, 2, 1, 1)")
    says(root, r"Place 1 of 4")


def pointer(page, root):
    root.get_by_label("Example", exact=True).select_option(
        label="3D, lecture: 6 × 6 × 4, kernel (3, 3, 2)"
    )
    says(root, r"Place 1 of 48: the window covers height 1 to 3, width 1 to 3, depth 1 to 2")
    root.get_by_role("button", name="Next").click()
    says(root, r"Place 2 of 48: .* depth 2 to 3")
    cell(root, "Output, depth 3", 4, 4).hover()
    says(root, r"Place 48 of 48: .* height 4 to 6, width 4 to 6, depth 3 to 4, 18 products")
    expect_mark(cell(root, "Input, depth 4", 6, 6), "window")
    expect_mark(cell(root, "Input, depth 2", 6, 6), "window", there=False)
    root.get_by_label("Example", exact=True).select_option(
        label="2D: 5 × 7 image, 3 channels, 4 filters"
    )
    expect(_facts(root, "Parameters")).to_have_text("(3·3·3 + 1) · 4 = 112")
    cell(root, "Output of filter 1", 1, 5).hover()
    says(root, r"width 5 to 7 in all 3 channels, 27 products")
    expect_mark(cell(root, "Input, channel 3", 1, 7), "window")
    root.get_by_label("Example", exact=True).select_option(label="1D, lecture: 7 steps, 1 channel")
    says(root, r"of 5: the window covers steps")
