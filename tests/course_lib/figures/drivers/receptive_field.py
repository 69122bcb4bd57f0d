import re

from playwright.sync_api import expect

from tests.course_lib.figures.drivers import choose, press, says, tab_to, tab_to_either_way


def _cell(root, level, number):
    """A cell; level 0 is the input, cells count from 1."""
    rows = root.locator("[role=grid] [role=row]")
    return rows.nth(rows.count() - 1 - level).locator("[role=gridcell]").nth(number - 1)


def _marked(root, mark):
    return root.locator(f"[role=gridcell].cbh-chain-{mark}")


def keyboard(page, root):
    choose(page, root, "Start from", "Deeper: three convolutions of 3")
    says(root, r"Cell \d+ of layer 3 depends on 7 input cells")
    tab_to(page, root.locator("[role=gridcell][tabindex='0']"))
    press(page, "Home")
    says(root, r"Cell 1 of layer 3 depends on 7 input cells: 1 to 7\.")
    expect(_marked(root, "in")).to_have_count(3 + 5 + 7)
    press(page, "ArrowDown", "ArrowDown", "ArrowDown")
    expect(_cell(root, 0, 4)).to_be_focused()
    says(root, r"Input cell 4 reaches 3 in layer 1, 4 in layer 2, 4 in layer 3")
    press(page, "Home")
    says(root, r"Input cell 1 reaches 1 in layer 1, 1 in layer 2, 1 in layer 3")
    press(page, "ArrowRight", "ArrowUp")
    says(root, r"Cell 1 of layer 1 depends on 3 input cells: 1 to 3\. It reaches")
    # dilation in the second layer
    second = root.get_by_role("group", name="Layer 2", exact=True)
    tab_to_either_way(page, root, second.get_by_label("Dilation"))
    press(page, "ArrowUp")
    says(root, r"layer 2: size = 3 \+ 2·\(3 − 1\)·1 = 7")
    tab_to(page, root.get_by_role("button", name="Add a layer"))
    press(page, "Enter")
    says(root, r"layer 4: size = 9 \+ \(3 − 1\)·1 = 11")
    # a window that no longer fits is refused with the reason
    fourth = root.get_by_role("group", name="Layer 4", exact=True)
    tab_to_either_way(page, root, fourth.get_by_label("Dilation"))
    press(page, "Control+a", "6", "Enter")
    expect(root.get_by_role("alert")).to_have_text(
        re.compile(
            r"Layer 4: a window of 3, dilated to 13, does not fit into \d+\. The chain stays"
        )
    )
    expect(fourth.get_by_label("Dilation")).to_have_value("1")
    tab_to(page, root.get_by_role("button", name="Remove the last layer"))
    press(page, "Enter")
    expect(root.get_by_role("group", name="Layer 4", exact=True)).to_have_count(0)


def pointer(page, root):
    root.get_by_label("Start from", exact=True).select_option(label="Dilated, with gaps: 2, then 2")
    _cell(root, 2, 1).hover()
    says(
        root,
        r"depends on 5 input cells: 1, 3, 5, 7 and 9, leaving gaps in a span of 9",
    )
    _cell(root, 0, 5).hover()
    says(root, r"Input cell 5 reaches 3 in layer 1")
    root.get_by_label("Start from", exact=True).select_option(
        label="With pooling: the MNIST model, one axis"
    )
    says(root, r"layer 4: size = 8 \+ \(2 − 1\)·2 = 10, jump = 2·2 = 4")
    _cell(root, 4, 1).click()
    says(root, r"Cell 1 of layer 4 depends on 10 input cells: 1 to 10")
    root.get_by_label("Start from", exact=True).select_option(label="Padding same")
    _cell(root, 1, 1).click()
    says(
        root,
        r"2 input cells: 1 and 2; the rest of its receptive field of 3 lies in the padding",
    )
    root.get_by_label("Input cells", exact=True).fill("9")
    page.keyboard.press("Enter")
    expect(root.locator("[role=row]").last.locator("[role=gridcell]")).to_have_count(9)
    root.get_by_label("Start from", exact=True).select_option(
        label="Deeper: three convolutions of 3"
    )
    page.mouse.move(0, 0)
    says(root, r"depends on 7 input cells")
