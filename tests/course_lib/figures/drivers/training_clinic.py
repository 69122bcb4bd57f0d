import re

from playwright.sync_api import expect

from tests.course_lib.figures.drivers import choose, press, says, tab_to, tab_to_either_way


def _titles(root):
    return root.get_by_label("Diagnosis", exact=True).locator("option").all_inner_texts()[1:]


def keyboard(page, root):
    root.get_by_role("button", name="Reset").focus()
    press(page, "Enter")
    choose(page, root, "Patient", "Patient 1")
    says(root, r"^Training loss from .* to .*, validation loss .* accuracy on the test digits")
    check = root.get_by_role("button", name="Make the diagnosis")
    tab_to_either_way(page, root, check)
    press(page, "Enter")
    says(root, r"Choose a diagnosis first")
    for title in _titles(root):  # by trying, as nobody should
        choose(page, root, "Diagnosis", title)
        tab_to(page, check)
        press(page, "Enter")
        says(root, r"^Not that\. In |^Right: ")
        if root.locator(".cbh-change").is_visible():
            break
    else:
        raise AssertionError("no diagnosis was right")
    expect(root.locator(".cbh-change")).to_contain_text("broken")
    tab_to_either_way(page, root, root.get_by_role("tab", name="Curves"))
    press(page, "ArrowRight", "ArrowRight")
    expect(root.locator(".cbh-layers")).to_have_count(2)
    press(page, "ArrowRight")
    expect(root.locator(".cbh-plot:visible")).to_have_count(4)
    press(page, "ArrowRight")
    expect(root.locator(".cbh-plot:visible")).to_have_count(2)


def pointer(page, root):
    root.get_by_role("button", name="Reset").click()
    root.get_by_label("Patient").select_option(label="Patient 3")
    before = root.locator(".cbh-plot polyline").count()
    legend = root.locator(".cbh-legend:visible li")
    expect(legend).to_have_count(3)
    root.get_by_label("Beside the healthy run").check()
    expect(legend).to_have_count(4)
    assert root.locator(".cbh-plot polyline").count() > before
    root.get_by_role("tab", name="First steps").click()
    label = root.locator(".cbh-plot:visible")
    expect(label).to_have_attribute("aria-label", re.compile("training .* to "))
    root.get_by_role("button", name="Show the lines").click()
    expect(root.locator(".cbh-change")).to_be_visible()
    root.get_by_label("Patient").select_option(label="Patient 4")
    expect(root.locator(".cbh-change")).to_be_hidden()
    root.get_by_label("Beside the healthy run").uncheck()
