from tests.course_lib.figures.drivers import (
    active_cell,
    cell,
    choose,
    expect_mark,
    expect_text,
    press,
    says,
    tab_to,
    tab_to_either_way,
)


def keyboard(page, root):
    choose(page, root, "Example", "Lecture: 4 × 4")
    tab_to_either_way(page, root, root.locator("input[type=radio]:checked"))
    press(page, "ArrowRight", "ArrowLeft")
    says(root, r"max\(4, 1, 1, 1\) = 4")
    tab_to(page, root.locator(".cbh-stepper input"))
    press(page, "Home", "ArrowRight", "ArrowRight")
    says(root, r"Step 3 of 4: output row 2, column 1 is 8, the value of input row 4, column 2")
    tab_to(page, active_cell(root, "Input"))
    press(page, "Control+Home")
    says(root, r"value 4, is read by 1 of 4 outputs and is the maximum of 1 window")
    expect_mark(cell(root, "Input", 1, 1), "won")
    press(page, "0", "Enter")
    expect_text(cell(root, "Output", 1, 1), "1")
    tab_to_either_way(page, root, root.locator("input[type=radio]:checked"))
    press(page, "ArrowRight")
    tab_to(page, active_cell(root, "Output"))
    press(page, "Control+Home")
    says(root, r"\(0 \+ 1 \+ 1 \+ 1\) / 4 = 3 / 4 = 0\.75")
    tab_to_either_way(page, root, root.locator("input[type=radio]:checked"))
    press(page, "ArrowLeft")
    choose(page, root, "Example", "Lecture: a 5 × 5 feature map")
    expect_text(cell(root, "Output", 3, 3), "6121")
    expect_mark(cell(root, "Input", 6, 1), "pad")
    choose(page, root, "Padding", "valid")
    expect_mark(cell(root, "Input", 5, 1), "dropped")
    choose(page, root, "Example", "One bright line")
    choose(page, root, "Shift the image by one", "to the left")
    says(root, r"The shift changed \d+ of 64 inputs and 0 of 16 outputs")
    choose(page, root, "Shift the image by one", "to the right")
    says(root, r"The shift changed \d+ of 64 inputs and [1-9]\d* of 16 outputs")
    expect_mark(cell(root, "Output", 1, 2), "differ")


def pointer(page, root):
    root.get_by_label("Example", exact=True).select_option(label="Lecture: 4 × 4")
    says(root, r"Shift the image to see")
    root.get_by_role("radio", name="maximum").check()
    cell(root, "Output", 1, 2).hover()
    says(root, r"output row 1, column 2 is 8, the value of input row 1, column 4")
    cell(root, "Input", 3, 1).hover()
    says(root, r"value 7, is read by 1 of 4 outputs and wins no window")
    root.get_by_role("button", name="Next").click()
    says(root, r"Step 2 of 4|Step 3 of 4|Step 4 of 4")
    root.get_by_label("Window", exact=True).select_option("3")
    root.get_by_label("Stride", exact=True).select_option("1")
    says(root, r"max\(4, 1, 1, 1, 1, 0, 7, 3, 2\) = 7")
    root.get_by_role("radio", name="average").check()
    says(root, r"/ 9 = 20 / 9 ≈ 2\.22")
    root.get_by_role("radio", name="maximum").check()
    root.get_by_label("Example", exact=True).select_option(label="Lecture: 4 × 4")
    says(root, r"max\(4, 1, 1, 1\) = 4")
