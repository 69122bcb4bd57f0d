"""Drives each interactive figure as a reader would, by keyboard alone and by pointer.

One module for each figure, named like it, with ``keyboard(page, root)`` and
``pointer(page, root)``; ``root`` locates the figure's element. A driver sets what it needs by
the figure's own controls, so it runs on any instance: in the test page, in the built book, in
JupyterLab. ``drive(name, page, root)`` runs both, and measures how high the figure gets.
"""

import importlib
import re

WATCH = """(figure) => {
  const see = () => { figure.tallest = Math.max(figure.tallest ?? 0, figure.offsetHeight); };
  see();
  new ResizeObserver(see).observe(figure);
}"""


def drive(name, page, root):
    """Drive the figure ``name`` (the stem of its files) at ``root``; raises when it misbehaves.

    Returns the largest height that it had meanwhile, in pixels.
    """
    module = importlib.import_module(f"tests.course_lib.figures.drivers.{name}")
    root.scroll_into_view_if_needed()
    root.evaluate(WATCH)
    module.keyboard(page, root)
    module.pointer(page, root)
    return root.evaluate("(figure) => figure.tallest")


def tab_to(page, target, limit=60):
    """Press Tab until ``target`` has the focus: nothing but the keyboard leads there."""
    element = target.element_handle()  # found once: by its role, that takes longer than a press
    for _ in range(limit):
        if element.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target}: not reached by {limit} times Tab")


def start(page, root):
    """Put the focus on the figure's first control, as a reader arrives with Tab."""
    root.locator("select, input, button, [tabindex='0']").first.focus()


def press(page, *keys):
    """Press keys one after the other."""
    for key in keys:
        page.keyboard.press(key)


def choose(page, root, label, text):
    """Choose an option of a labelled select by the keyboard alone."""
    select = root.get_by_label(label, exact=True)
    tab_to_either_way(page, root, select)
    page.keyboard.press("Home")
    element = select.element_handle()
    for _ in range(40):
        now = element.evaluate("e => e.selectedOptions[0]?.textContent")
        if now == text:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{label}: no option {text!r}")


def tab_to_either_way(page, root, target):
    """Tab from the figure's first control, so that controls before this one are reached too."""
    start(page, root)
    tab_to(page, target)


def says(root, pattern, timeout=5000):
    """Wait until a live region of the figure says something that matches."""
    wanted = re.compile(pattern)
    live = root.locator("[role=status], [aria-live=polite], [aria-live=off]")
    live.filter(has_text=wanted).first.wait_for(state="attached", timeout=timeout)


def cell(root, grid, row, column):
    """The cell of a grid whose label starts with ``grid``; rows and columns count from 1."""
    found = root.locator(f'[role=grid][aria-label^="{grid}"]:visible')
    return found.locator("[role=row]").nth(row - 1).locator("[role=gridcell]").nth(column - 1)


def active_cell(root, grid):
    """The cell of a grid that Tab leads to."""
    return root.locator(f'[role=grid][aria-label^="{grid}"] [role=gridcell][tabindex="0"]:visible')


def expect_text(locator, text, timeout=5000):
    """Wait until the element shows exactly this text."""
    from playwright.sync_api import expect

    expect(locator).to_have_text(text, timeout=timeout)


def expect_mark(locator, mark, there=True):
    """Wait until a cell has (or has lost) a mark."""
    from playwright.sync_api import expect

    pattern = re.compile(rf"\bcbh-m-{mark}\b")
    check = expect(locator)
    (check.to_have_class if there else check.not_to_have_class)(pattern)
