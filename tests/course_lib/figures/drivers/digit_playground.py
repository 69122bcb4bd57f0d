import re

from playwright.sync_api import expect

from tests.course_lib.figures.drivers import cell, choose, press, says, tab_to, tab_to_either_way


def _samples(root):
    """Texts of the offered test digits: read rightly, misread."""
    return [
        root.locator(f"optgroup[label='{group}'] option").all_inner_texts()
        for group in ("Read rightly", "Misread")
    ]


def keyboard(page, root):
    right, misread = _samples(root)
    choose(page, root, "Test digit", right[0])
    says(root, rf"Labelled {right[0]}\. The network reads {right[0]} \(.*right\.")
    choose(page, root, "Test digit", misread[-1])
    label, _, read = misread[-1].partition(", read as ")
    says(root, rf"Labelled {label}\. The network reads {read} \(.*wrong\.")
    # a drawing by the keyboard: a vertical bar
    pad = root.locator(".cbh-pad")
    tab_to_either_way(page, root, pad)
    press(page, "Delete")
    says(root, r"Draw a digit: with the mouse, a finger, or the arrow keys and Space")
    press(
        page,
        "PageUp",
        "ArrowDown",
        "ArrowDown",
        "ArrowDown",
        "ArrowDown",
        "d",
        *["ArrowDown"] * 18,
        "d",
    )
    says(root, r"^The network reads \d")
    expect(root.get_by_label("Test digit", exact=True)).to_have_value("-1")
    # one unit, by its layer and place
    tab_to_either_way(page, root, root.get_by_role("tab", name="conv 1"))
    press(page, "ArrowRight", "ArrowRight")
    says(root, r"Unit row \d+, column \d+ of map \d+ in conv2d_1: (0\.\d|[1-9])")
    tab_to(page, root.get_by_label("Map", exact=True))
    press(page, "Control+a", *"12", "Enter")
    says(root, r"Unit row \d+, column \d+ of map 12 in conv2d_1: .* depends on 8 × 8 pixels")
    says(root, r"sum over 32 channels .*\(bias\)")
    tab_to(page, root.get_by_label("Channel", exact=True))
    press(page, "Control+a", "7", "Enter")
    says(root, r"\(channel 7\)")
    tab_to_either_way(page, root, root.get_by_role("tab", name="conv 2"))
    press(page, "ArrowRight", "ArrowRight")
    says(root, r"Class \d: .* depends on the whole image")
    # walking over a mosaic
    press(page, "ArrowLeft")
    mosaic = root.locator(".cbh-mosaic:visible")
    tab_to(page, mosaic)
    press(page, *["PageUp"] * 64, *["ArrowUp", "ArrowLeft"] * 5)
    press(page, "ArrowDown", "ArrowRight", "PageDown")
    says(root, r"Unit row 2, column 2 of map 2 in max_pooling2d_1: .* 10 × 10 pixels")
    says(root, r"^max\(")


def pointer(page, root):
    right, _ = _samples(root)
    root.get_by_label("Test digit", exact=True).select_option(label=right[-1])
    says(root, rf"Labelled {right[-1]}\.")
    root.get_by_role("button", name="Clear").click()
    says(root, r"Draw a digit")
    pad = root.locator(".cbh-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()

    def at(x, y):
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    page.mouse.move(*at(0.3, 0.25))
    page.mouse.down()
    for point in ((0.7, 0.25), (0.45, 0.8)):
        page.mouse.move(*at(*point), steps=12)
    page.mouse.up()
    says(root, r"^The network reads \d \(")
    # a unit of the second map of the first layer
    root.get_by_role("tab", name="conv 1").click()
    mosaic = root.locator(".cbh-mosaic:visible")
    mosaic.scroll_into_view_if_needed()
    canvas = mosaic.locator("canvas").bounding_box()
    size = 30 if root.evaluate("e => e.clientWidth") <= 600 else 56
    page.mouse.move(canvas["x"] + size / 2, canvas["y"] + size / 2)
    says(root, r"of map 1 in conv2d: ")
    page.mouse.click(canvas["x"] + size + size / 2, canvas["y"] + size / 2)
    says(root, r"of map 2 in conv2d: .* depends on 3 × 3 pixels")
    expect(cell(root, "Window", 1, 1)).to_be_visible()
    # and the other way: a pixel of the image marks the units that read it
    root.locator(".cbh-seen").hover()
    expect(root.locator(".cbh-mark-readers:visible")).to_have_count(1)
    root.locator(".cbh-class").nth(7).click()
    says(root, r"Class 7: ")
    expect(root.locator(".cbh-shares")).to_have_attribute("aria-label", re.compile("Largest: map"))
    root.get_by_label("Test digit", exact=True).select_option(label=right[0])
    says(root, rf"Labelled {right[0]}\.")
