from tests.course_lib.figures.drivers import (
    active_cell,
    cell,
    choose,
    expect_mark,
    press,
    says,
    tab_to,
)


def keyboard(page, root):
    choose(page, root, "Picture to compare", "The same X")
    says(root, r"all 81 pixels are equal")
    choose(page, root, "Picture to compare", "Shifted by one pixel")
    says(root, r"26 pixels of 81 differ")
    choose(page, root, "Piece", "Crossing")
    says(root, r"matches exactly at 1 place of this picture")
    choose(page, root, "Piece", "Diagonal")
    tab_to(page, root.locator(".cbh-stepper input"))
    press(page, "Home", "ArrowRight")
    says(root, r"Diagonal at row 1, column 2: 8 of 9 pixels agree, score 0.78")
    tab_to(page, active_cell(root, "The picture"))
    press(page, "Control+Home", "Space")
    says(root, r"27 pixels of 81 differ")
    expect_mark(cell(root, "The picture", 1, 1), "differ")
    tab_to(page, active_cell(root, "Score"))
    press(page, "Control+Home", "ArrowDown", "ArrowRight", "ArrowRight")
    says(root, r"Diagonal at row 2, column 3: 9 of 9 pixels agree, score 1\.")
    expect_mark(cell(root, "Score", 2, 3), "match")


def pointer(page, root):
    picture = root.get_by_label("Picture to compare", exact=True)
    for name in ("Rotated by 10 degrees", "Thickened"):
        picture.select_option(label=name)
        says(root, r"differ, so a literal comparison says that this is not the X")
    root.get_by_role("button", name="Clear the picture").click()
    says(root, r"13 pixels of 81 differ")
    first = cell(root, "The picture", 2, 2)
    first.hover()
    page.mouse.down()
    for step in range(3, 9):  # the diagonal, drawn by hand
        cell(root, "The picture", step, step).hover(force=True)
    page.mouse.up()
    says(root, r"6 pixels of 81 differ")
    root.get_by_label("Piece", exact=True).select_option(label="Diagonal")
    says(root, r"matches exactly at [1-9]")
    cell(root, "Score", 2, 2).hover()
    says(root, r"Diagonal at row 2, column 2: 9 of 9 pixels agree, score 1\.")
    cell(root, "Score", 3, 3).click()
    expect_mark(cell(root, "The picture", 3, 3), "window")
    picture.select_option(label="The same X")
