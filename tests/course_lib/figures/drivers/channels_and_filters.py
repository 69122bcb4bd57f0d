from tests.course_lib.figures.drivers import (
    active_cell,
    cell,
    choose,
    expect_mark,
    expect_text,
    press,
    says,
    tab_to,
)

PRINTED = ["5849", "7463", "6193", "7261", "6177", "6309", "6484"]  # the lecture's first row


def keyboard(page, root):
    choose(page, root, "Example", "Lecture: 7 × 9 × 3, one filter")
    for column, value in enumerate(PRINTED, 1):
        expect_text(cell(root, "Output map", 1, column), value)
    says(root, r"Sum: 1841 \+ 2019 \+ 1989 \+ bias 0 = 5849")
    says(root, r"Parameters: \(3·3·3 \+ 1\)·1 = 28")
    tab_to(page, root.get_by_label("Filters", exact=True))
    press(page, "ArrowUp", "ArrowUp")
    says(root, r"output 5 × 7 × 3")
    tab_to(page, root.get_by_label("Bias"))
    press(page, "Control+a", "1", "0", "Enter")
    says(root, r"\+ bias 10 = 5859")
    tab_to(page, root.locator(".cbh-stepper input"))
    press(page, "Home", "ArrowRight")
    says(root, r"Step 2 of 35: filter 1, output row 1, column 2 is 7473")
    tab_to(page, active_cell(root, "Green channel"))
    press(page, "Control+Home")
    says(root, r"Green row 1, column 1, value 53, is read by 1 of the 35 outputs")
    press(page, "0", "Enter")
    expect_text(cell(root, "Output map", 1, 1), str(5859 - 53 * 7))
    tab_to(page, active_cell(root, "Filter on the green channel"))
    says(root, r"multiplies 35 pixels of the green channel")
    expect_mark(cell(root, "Green channel", 1, 1), "touched")
    expect_mark(cell(root, "Red channel", 1, 1), "touched", there=False)
    tab_to(page, root.get_by_role("button", name="Filter 2"))
    press(page, "Enter")
    says(root, r"filter 2, output")


def pointer(page, root):
    root.get_by_label("Example", exact=True).select_option(label="Lecture: 6 × 6 × 1, two filters")
    says(root, r"Parameters: \(3·3·1 \+ 1\)·2 = 20")
    root.get_by_role("button", name="Filter 2").click()
    for column, value in enumerate(["−1", "−1", "−1", "−1"], 1):
        expect_text(cell(root, "Output map", 1, column), value)
    root.get_by_label("ReLU").check()
    expect_text(cell(root, "Output map", 1, 1), "0")
    cell(root, "Output map", 4, 4).hover()
    says(root, r"filter 2, output row 4, column 4 is 3")
    cell(root, "Grey channel", 1, 1).hover()
    says(root, r"is read by 1 of the 16 outputs")
    root.get_by_label("ReLU").uncheck()
    target = cell(root, "Filter on the grey channel", 1, 1)
    target.dblclick()
    page.keyboard.type("1/2")
    page.keyboard.press("Enter")
    expect_text(target, "0.5")
    root.get_by_label("Example", exact=True).select_option(label="Lecture: 7 × 9 × 3, one filter")
    expect_text(cell(root, "Output map", 1, 1), PRINTED[0])
