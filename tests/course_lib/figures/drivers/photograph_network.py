import re

from playwright.sync_api import expect

from tests.course_lib.figures.drivers import choose, press, says, tab_to, tab_to_either_way


def _fact(root, title):
    return root.locator(f".cbh-facts dt:text-is('{title}') + dd")


def _walk_to(page, root, step):
    """The slider, by the keyboard: from the stem on."""
    tab_to_either_way(page, root, root.locator("input[type=range]"))
    press(page, "Home", *["ArrowRight"] * step)


def keyboard(page, root):
    root.get_by_role("button", name="Reset").focus()
    press(page, "Enter")
    choose(page, root, "Photograph", "A zebra")
    _walk_to(page, root, 0)
    says(root, r"^Map \d+ of 32, row \d+, column \d+: .*, its strongest\. It sees 3 × 3 pixels")
    expect(_fact(root, "Output")).to_have_text("112 × 112 × 32")
    expect(_fact(root, "Parameters")).to_have_text("992")  # 3 · 3 · 3 · 32, and 4 · 32
    _walk_to(page, root, 2)
    expect(_fact(root, "A cell sees")).to_have_text("11 × 11 pixels")
    maps = root.locator(".cbh-maps")
    tab_to(page, maps)
    press(page, *["ArrowUp"] * 60, *["ArrowLeft"] * 60)
    says(root, r"row 1, column 1: .* It sees 11 × 11 pixels, as far as .*: rows 1 to 9, columns 1")
    press(page, "ArrowDown", "ArrowRight")
    says(root, r"row 2, column 2: .*: rows 3 to 13, columns 3 to 13\.")
    first = root.locator("[role=status]").inner_text()
    press(page, "PageDown", "Home")
    says(root, r"its strongest\. ")
    assert root.locator("[role=status]").inner_text().split(",")[0] != first.split(",")[0]
    _walk_to(page, root, 18)
    says(root, r"^zebra, .* adds .* to its score; all 49 places and the bias make \d+")
    names = root.locator(".cbh-map-name").all_inner_texts()
    assert names[0] == "zebra" and names[5] == "" and all(names[:5]), names
    expect(_fact(root, "Output")).to_have_text("1,000")
    choose(page, root, "Photograph", "A mouse")
    says(root, r"^mousetrap, \d+ %: ")


def pointer(page, root):
    root.get_by_role("button", name="Reset").click()
    root.get_by_label("Photograph").select_option(label="A cat")
    root.locator(".cbh-strip-step").first.click()
    says(root, r"^Map \d+ of 32, ")
    expect(root.locator(".cbh-credit")).to_contain_text("CC0")
    third = root.locator(".cbh-map").nth(2)
    third.scroll_into_view_if_needed()
    side = third.bounding_box()["width"]
    third.hover(position={"x": side * 0.25, "y": side * 0.75})
    says(root, r"row 8[45], column 2[89]: .* It sees 3 × 3 pixels: rows 16[789] to 1[67]")
    look = root.locator(".cbh-look").bounding_box()
    page.wait_for_function(  # it slides there, and gets as small
        "([x, y, width]) => { const e = document.querySelector('.cbh-photograph-network .cbh-sees')"
        ".getBoundingClientRect(); return Math.abs(e.x + e.width / 2 - x) < 6"
        " && Math.abs(e.y + e.height / 2 - y) < 6 && e.width < 0.06 * width; }",
        arg=[look["x"] + look["width"] * 0.25, look["y"] + look["height"] * 0.75, look["width"]],
    )
    third.click(position={"x": side * 0.5, "y": side * 0.5})
    page.mouse.move(0, 0)
    says(root, r"row 5[67], column 5[67]: ")
    root.locator(".cbh-look").hover()
    expect(root.locator(".cbh-readers:visible")).to_have_count(6)
    root.get_by_role("button", name="Next").click()
    says(root, r"^Map \d+ of 16, .*, its strongest\.")
    expect(root.locator(".cbh-step-name")).to_have_text(re.compile("^Block 1a: step 2 of 19"))
