from playwright.sync_api import expect

from tests.course_lib.figures.drivers import press, says, tab_to, tab_to_either_way


def keyboard(page, root):
    reset = root.get_by_role("button", name="Reset")
    reset.focus()
    press(page, "Enter")
    says(root, r"^Plain: before training, the .* layer's gradient is as long as the .* one's \(")
    skips, normalised = (root.get_by_label(name) for name in ("Skip conn", "Batch norm"))
    tab_to_either_way(page, root, skips)
    press(page, "Space")
    says(root, r"^Skips alone: .* not trained for the record")
    tab_to(page, normalised)
    press(page, "Space")
    says(root, r"^Residual: .* networks of depth \d+ read \d+ %, \d+ %, \d+ % of their training")
    tab_to_either_way(page, root, reset)
    press(page, "Enter")
    says(root, r"^Plain: ")


def pointer(page, root):
    skips, normalised = (root.get_by_label(name) for name in ("Skip conn", "Batch norm"))
    normalised.check()
    skips.uncheck()
    says(root, r"^Plain, normalised: before training, the first layer's gradient is \d+ times")
    gradients, errors = (root.locator(".cbh-plot").nth(at) for at in (0, 1))
    expect(gradients.locator(".cbh-chosen")).to_have_count(3)  # seeds
    expect(errors.locator(".cbh-chosen")).to_have_count(3)
    before = gradients.locator(".cbh-chosen").first.get_attribute("points")
    skips.check()
    says(root, r"^Residual: ")
    assert gradients.locator(".cbh-chosen").first.get_attribute("points") != before
    normalised.uncheck()
    expect(errors.locator(".cbh-chosen")).to_have_count(0)
