from playwright.sync_api import expect

from tests.course_lib.figures.drivers import choose, press, says, tab_to, tab_to_either_way


def keyboard(page, root):
    choose(page, root, "What the kernel reads", "Noise")
    choose(page, root, "Learning rate", "0.1")
    choose(page, root, "Momentum", "none")
    surface = root.locator(".cbh-surface")
    tab_to(page, surface)
    press(page, "ArrowRight", "ArrowLeft")
    says(root, r"^Step 0: weights \(−1\.5, 1\.5\), loss \d")
    press(page, "ArrowRight", "ArrowUp")
    says(root, r"^Step 0: weights \(−1\.4, 1\.6\)")
    tab_to_either_way(page, root, root.locator(".cbh-stepper input"))
    press(page, "End")
    says(root, r"^Step 60: weights \(1, −1\), loss 0")
    says(root, r"weight 1: .* = ")
    choose(page, root, "Learning rate", "3")
    tab_to(page, root.locator(".cbh-stepper input"))
    press(page, "End")
    says(root, r"the weights run away\. The learning rate is too large")
    choose(page, root, "Learning rate", "0.1")


def pointer(page, root):
    root.get_by_role("button", name="Reset").click()
    says(root, r"^Step 0: weights \(−1\.5, 1\.5\)")
    root.get_by_label("What the kernel reads").select_option(label="A row of a photograph")
    expect(root.locator(".cbh-note")).to_contain_text("times as long as it is wide")
    surface = root.locator(".cbh-surface")
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 0.2 * box["height"])
    says(root, r"^Step 0: weights \([0-9.]+, [0-9.]+\)")
    root.get_by_role("button", name="Next").click()
    says(root, r"^Step 1: ")
    expect(root.locator(".cbh-foot")).to_have_count(2)
    root.get_by_role("button", name="Reset").click()
