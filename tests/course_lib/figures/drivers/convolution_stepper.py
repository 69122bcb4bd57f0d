from tests.course_lib.figures.drivers import (
    active_cell,
    cell,
    choose,
    expect_mark,
    expect_text,
    press,
    says,
    start,
    tab_to,
)


def keyboard(page, root):
    choose(page, root, "Image", "Lecture: 5 × 5, zeros and ones")
    choose(page, root, "Kernel", "Lecture: cross")
    choose(page, root, "Stride", "1")
    choose(page, root, "Padding", "valid: none")

    tab_to(page, root.locator(".cbh-stepper input"))
    press(page, "Home", "ArrowRight", "ArrowRight")
    says(root, r"Step 3 of 9: output row 1, column 3 is 4")
    says(root, r"1×1 \+ 0×0 \+ 0×1")
    expect_mark(cell(root, "Input image", 1, 5), "window")

    tab_to(page, active_cell(root, "Input image"))
    press(page, "Control+Home")
    says(root, r"Pixel row 1, column 1, value 1, is read by 1 of the 9 outputs")
    press(page, "ArrowDown", "ArrowRight", "ArrowDown", "ArrowRight")
    says(root, r"Pixel row 3, column 3, value 1, is read by 9 of the 9 outputs")
    expect_mark(cell(root, "Output", 3, 3), "reads")
    press(page, "5", "Escape")
    expect_text(cell(root, "Input image", 3, 3), "1")
    press(page, "5", "Enter")
    expect_text(cell(root, "Input image", 3, 3), "5")
    expect_text(cell(root, "Output", 1, 1), "8")

    tab_to(page, active_cell(root, "Kernel"))
    press(page, "Control+Home")
    says(root, r"Weight row 1, column 1, value 1, multiplies 9 inputs")
    press(page, "-", "1", "Enter")
    expect_text(cell(root, "Kernel", 1, 1), "−1")
    tab_to(page, active_cell(root, "Output"))
    press(page, "Control+End")
    says(root, r"Step 9 of 9: output row 3, column 3 is −2")

    choose(page, root, "Image", "Lecture: 6 × 6, grey values")
    choose(page, root, "Kernel", "Lecture: vertical edge")
    choose(page, root, "Stride", "2")
    says(root, r"floor\(\(6 \+ 0 \+ 0 − 3\) / 2\) \+ 1 = 2")
    expect_mark(cell(root, "Input image", 6, 1), "dropped")
    choose(page, root, "Padding", "1 on each side")
    expect_text(cell(root, "Output", 1, 1), "−15")
    start(page, root)


def pointer(page, root):
    root.get_by_label("Image", exact=True).select_option(label="Lecture: 5 × 5, zeros and ones")
    root.get_by_label("Kernel", exact=True).select_option(label="Lecture: cross")
    root.get_by_label("Stride", exact=True).select_option("1")
    root.get_by_label("Padding", exact=True).select_option("valid")
    cell(root, "Output", 2, 2).hover()
    says(root, r"output row 2, column 2 is 4")
    cell(root, "Input image", 1, 1).hover()
    says(root, r"is read by 1 of the 9 outputs")
    cell(root, "Kernel", 2, 2).hover()
    says(root, r"multiplies 9 inputs")
    expect_mark(cell(root, "Input image", 2, 2), "touched")
    cell(root, "Output", 1, 2).click()
    says(root, r"Step 2 of 9")
    root.get_by_role("button", name="Next").click()
    says(root, r"Step 3 of 9")
    target = cell(root, "Input image", 5, 5)
    target.click()
    target.click()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect_text(target, "7")
    root.get_by_role("button", name="Play").click()
    says(root, r"Step [4-9] of 9")
    root.get_by_role("button", name="Pause").click()

    details = root.locator("details")
    if not details.evaluate("e => e.open"):
        details.locator("summary").click()
    root.get_by_label("Image", exact=True).select_option("blank")
    first, last = cell(root, "Input image", 2, 2), cell(root, "Input image", 2, 5)
    first.hover()
    page.mouse.down()
    last.hover(force=True)
    page.mouse.up()
    expect_text(first, "9")
    expect_text(last, "9")
    root.get_by_label("Draw on the image").uncheck()
    root.get_by_label("Image", exact=True).select_option(label="Lecture: 5 × 5, zeros and ones")
