from playwright.sync_api import expect

from tests.course_lib.figures.drivers import press, says, tab_to_either_way


def keyboard(page, root):
    root.get_by_role("button", name="Reset").focus()
    press(page, "Enter")
    says(root, r"^The network reads 7 \(")
    tab_to_either_way(page, root, root.locator(".cbh-pad"))
    press(page, "Delete")
    says(root, r"Draw a digit: with the mouse, a finger, or the arrow keys and Space")
    press(page, "PageUp", *["ArrowDown"] * 4, "d", *["ArrowDown"] * 18, "d")
    says(root, r"^The network reads \d \(.*\), then \d")


def pointer(page, root):
    root.get_by_role("button", name="Reset").click()
    expect(root.locator(".cbh-class").nth(7)).to_have_class("cbh-class cbh-best")
    pad = root.locator(".cbh-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box["width"] >= 280

    def at(x, y):
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    page.mouse.move(*at(0.5, 0.15))
    page.mouse.down()
    page.mouse.move(*at(0.5, 0.85), steps=12)
    page.mouse.up()
    says(root, r"^The network reads 1 \(")
    root.get_by_role("button", name="Clear").click()
    says(root, r"Draw a digit")
    root.get_by_role("button", name="Reset").click()
    says(root, r"^The network reads 7 \(")
