from playwright.sync_api import expect

from tests.course_lib.figures.drivers import press, says, start, tab_to, tab_to_either_way


def _row(root, number):
    return root.locator("tbody tr").nth(number)


def keyboard(page, root):
    root.get_by_role("button", name="Reset").focus()
    press(page, "Enter")
    says(root, r"^Depthwise, then 1 × 1: 12\.7|13 % of the full layer's multiply-adds, within")
    says(root, r"28·28 · 3·3·64/64 · 64 = 451,584")
    start(page, root)
    tab_to(page, root.get_by_label("Kernel", exact=True))
    press(page, "Control+a", "5", "Enter")
    expect(_row(root, 1).locator(".cbh-layer")).to_have_text("2 convolutions of 3 × 3")
    expect(_row(root, 1)).to_contain_text("5 × 5")
    tab_to_either_way(page, root, root.get_by_label("Groups"))
    press(page, "Control+a", "3", "Enter")
    tab_to(page, _row(root, 2).locator(".cbh-layer"))
    press(page, "Enter")
    says(root, r"3 groups do not divide 64 channels and 64 filters")
    tab_to_either_way(page, root, root.locator("input[type=range]"))
    press(page, "Home")
    says(root, r"3 groups do not divide")
    expect(root.locator(".cbh-over")).to_have_count(5)
    press(page, "End")
    expect(root.locator(".cbh-over")).to_have_count(0)


def pointer(page, root):
    root.get_by_role("button", name="Reset").click()
    _row(root, 0).hover()
    says(root, r"^Convolution, 3 × 3: 100 % .* over the budget of 25 %")
    says(root, r"28·28 · 3·3·64 · 64 = 28,901,376")
    _row(root, 3).locator(".cbh-layer").click()
    says(root, r"^Bottleneck of 16: ")
    says(root, r"together ")
    page.mouse.move(0, 0)
    says(root, r"^Bottleneck of 16: ")
