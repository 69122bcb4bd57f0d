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


def keyboard(page, root):
    choose(page, root, "Example", "Lecture: 6 × 6, kernel 3, stride 2")
    says(root, r"rows: floor\(\(6 \+ 0 \+ 0 − 3\) / 2\) \+ 1 = floor\(3 / 2\) \+ 1 = 2")
    expect_mark(cell(root, "Padded input", 6, 6), "dropped")
    choose(page, root, "Padding", "same: as Keras does")
    says(root, r"= 1: 0 before, 1 after")
    expect_mark(cell(root, "Padded input", 7, 1), "pad")
    expect_mark(cell(root, "Padded input", 1, 1), "pad", there=False)
    tab_to(page, root.get_by_label("Columns: kernel"))
    press(page, "ArrowUp", "ArrowUp")
    says(root, r"columns: zeros = max\(\(ceil\(6/2\) − 1\)·2 \+ 5 − 6, 0\) = max\(3, 0\) = 3")
    says(root, r"= 3: 1 before, 2 after")
    choose(page, root, "Padding", "explicit")
    tab_to(page, root.get_by_label("Rows: before"))
    press(page, "Control+a", "3", "Enter")
    says(root, r"rows: floor\(\(6 \+ 3 \+ 0 − 3\) / 2\) \+ 1")
    tab_to(page, root.locator(".cbh-stepper input"))
    press(page, "Home", "ArrowRight")
    says(root, r"Step 2 of \d+")
    choose(page, root, "Example", "Dilation 2: a 3 × 3 kernel spans 5 × 5")
    says(root, r"kernel span = 2·\(3 − 1\) \+ 1 = 5")
    tab_to(page, active_cell(root, "Padded input"))
    press(page, "Control+Home")
    says(root, r"Input row 1, column 1 is read by 1 of the 25 outputs")
    tab_to(page, active_cell(root, "Output"))
    press(page, "Control+Home", "ArrowRight")
    says(root, r"output row 1, column 2 reads rows 1, 3, 5 and columns 2, 4, 6")

    radio = root.get_by_role("radio", name="2D")
    tab_to_either_way(page, root, radio)
    press(page, "ArrowLeft")
    says(root, r"cells: kernel span = 2")
    tab_to(page, root.get_by_label("Cells: kernel"))
    press(page, "Control+a", "7", "Enter")
    says(root, r"No window fits")
    press(page, "Control+a", "3", "Enter")
    says(root, r"Step 1 of 5")


def pointer(page, root):
    root.get_by_label("Example", exact=True).select_option(
        label="A rectangle: 6 × 10, kernel 2 × 3"
    )
    says(root, r"columns: floor\(\(10 \+ 0 \+ 0 − 3\) / 2\) \+ 1 = floor\(7 / 2\) \+ 1 = 4")
    cell(root, "Padded input", 1, 10).hover()
    says(root, r"Input row 1, column 10 is dropped by the floor")
    cell(root, "Padded input", 2, 3).hover()
    says(root, r"is read by 4 of the 20 outputs")
    expect_mark(cell(root, "Output", 1, 1), "reads")
    cell(root, "Output", 1, 2).hover()
    says(root, r"output row 1, column 2 reads rows 1, 2 and columns 3, 4, 5")
    root.get_by_role("button", name="Next").click()
    root.get_by_label("Rows: stride").fill("2")
    root.get_by_label("Rows: stride").press("Enter")
    says(root, r"rows: floor\(\(6 \+ 0 \+ 0 − 2\) / 2\) \+ 1")
    root.get_by_role("radio", name="1D").check()
    says(root, r"cells: floor")
    root.get_by_label("Example", exact=True).select_option(
        label="Lecture: 6 × 6, kernel 3, stride 2"
    )
    says(root, r"Step 1 of 4")
