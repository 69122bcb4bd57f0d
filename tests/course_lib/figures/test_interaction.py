"""Each figure in a real browser: keyboard, pointer, accessibility, themes, phone width."""

import struct
import zlib

import pytest
from measure.windows import PHONE, TALLEST, WIDE

from course_lib import figures
from course_lib.figures.interactive import presets
from tests.course_lib.figures.drivers import (
    active_cell,
    cell,
    drive,
    expect_text,
    press,
    says,
    tab_to_either_way,
)
from tests.course_lib.figures.harness import BEST, NAMES, axe, figure, open_page, page_html, ready

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", NAMES)
def test_keyboard_and_pointer(name, chrome, pages):
    with open_page(chrome, pages(name)) as page:
        root = ready(page, name)
        assert drive(NAMES[name], page, root) <= TALLEST[WIDE["width"]]
        assert page.remote == []
        assert page.errors == []


# states with many kinds of marks, for the look at colours
BUSY = {
    "PixelMatcher": {"place": 16},
    "ConvolutionStepper": {"image": presets.LECTURE_GREY, "strides": 2, "padding": "same"},
    "SizeExplorer": {"size": [7, 10], "kernel_size": [3, 4], "strides": [3, 3], "padding": "same"},
    "ChannelsAndFilters": presets.LAYERS[2]["settings"],
    "Pooling": {"shift": "right", "image": presets.LECTURE_5X5},
}
SIZES = {"type": "rule", "values": ["target-size"]}
LOOKS = {  # how it is displayed, and which of axe's rules can differ then, beside those of colours
    "light": ({"color_scheme": "light"}, WIDE, BEST),
    "dark": ({"color_scheme": "dark"}, WIDE, None),
    "phone": ({"color_scheme": "light"}, PHONE, SIZES),
    "forced colours": ({"forced_colors": "active"}, WIDE, None),
}


@pytest.mark.parametrize("name", NAMES)
def test_accessible_in_light_dark_and_on_a_phone(name, chrome, tmp_path):
    path = tmp_path / "busy.html"
    path.write_text(page_html({name: figure(name, **BUSY.get(name, {}))}), "utf-8")
    with open_page(chrome, path, reduced_motion="reduce") as page:
        ready(page, name)
        for look, (media, window, rules) in LOOKS.items():
            page.emulate_media(**media)
            page.set_viewport_size(window)
            assert axe(page, rules) == [], look
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{look}: the page scrolls sideways by {wide} pixels"


@pytest.mark.parametrize("name", NAMES)
def test_text_version_without_javascript(name, chrome, pages):
    with open_page(chrome, pages(name), java_script_enabled=False) as page:
        shown = page.locator(".cbh-fallback")
        assert shown.is_visible()
        assert len(shown.inner_text()) > 60
        for table in shown.locator("table").all():
            assert table.locator("caption").text_content().strip()  # it may be folded


@pytest.mark.parametrize("name", NAMES)
def test_announces_and_cleans_up(name, chrome, pages):
    with open_page(chrome, pages(name)) as page:
        root = ready(page, name)
        assert root.locator("[role=status][aria-live=polite]").count() >= 1
        assert root.get_attribute("aria-label")
        focusable = "select, input, button, textarea, summary, [tabindex]"
        silent = root.locator(focusable).evaluate_all(
            "all => all.filter(e => !('lmSuppressShortcuts' in e.dataset)).map(e => e.outerHTML)"
        )
        assert silent == [], "a notebook would take the keys of these"
        page.evaluate(
            "window.heard = 0; document.addEventListener('keydown', () => window.heard++)"
        )
        root.locator("select, input, button").first.focus()
        page.keyboard.press("Shift")
        assert page.evaluate("window.heard") == 0
        page.evaluate(f"window.figures.{name}.cleanup()")
        assert page.locator(".cbh-figure").count() == 0
        assert page.errors == []


def test_play_is_left_out_when_motion_is_reduced(chrome, pages):
    path = pages("ConvolutionStepper")
    with open_page(chrome, path, reduced_motion="reduce") as page:
        root = ready(page, "ConvolutionStepper")
        assert root.get_by_role("button", name="Play").count() == 0
        root.get_by_role("button", name="Next").click()
        says(root, "Step 2 of 9")
    with open_page(chrome, path) as page:
        assert ready(page, "ConvolutionStepper").get_by_role("button", name="Play").count() == 1


def test_the_products_fly_into_the_sum_unless_motion_is_reduced(chrome, pages):
    path = pages("ConvolutionStepper")
    flying = "document.querySelectorAll('.cbh-flying').length"
    with open_page(chrome, path) as page:
        root = ready(page, "ConvolutionStepper")
        root.get_by_label("Speed").select_option("slow")
        root.get_by_role("button", name="Next").click()
        page.wait_for_function(f"{flying} === 9")
        page.wait_for_function(f"{flying} === 0")  # and they are gone when they have arrived
        root.locator(".cbh-stepper input").fill("5")
        assert page.evaluate(flying) == 0, "dragging the slider starts no flight"
        pane = root.locator(".cbh-pane:visible").first
        assert float(pane.evaluate("e => parseFloat(getComputedStyle(e).transitionDuration)")) > 0.1
    with open_page(chrome, path, reduced_motion="reduce") as page:
        root = ready(page, "ConvolutionStepper")
        assert root.get_by_label("Speed").count() == 0
        page.evaluate(
            "window.flown = 0; new MutationObserver((all) => { for (const one of all) "
            "for (const node of one.addedNodes) if (node.className === 'cbh-flying') flown++; })"
            ".observe(document.body, {childList: true, subtree: true})"
        )
        root.get_by_role("button", name="Next").click()
        says(root, "Step 2 of 9")
        page.wait_for_timeout(200)
        assert page.evaluate("flown") == 0
        pane = root.locator(".cbh-pane:visible").first
        assert pane.evaluate("e => getComputedStyle(e).transitionDuration") == "0s"


def test_the_window_slides_over_the_cells_it_reads(chrome, pages):
    with open_page(chrome, pages("ConvolutionStepper"), reduced_motion="reduce") as page:
        root = ready(page, "ConvolutionStepper")
        cell(root, "Output", 2, 3).hover()
        frame = root.locator(".cbh-pane:visible").first.bounding_box()
        first = cell(root, "Input image", 2, 3).bounding_box()
        last = cell(root, "Input image", 4, 5).bounding_box()
        assert abs(frame["x"] - first["x"]) < 1.5 and abs(frame["y"] - first["y"]) < 1.5
        ends = [frame[a] + frame[b] for a, b in (("x", "width"), ("y", "height"))]
        cells = [last[a] + last[b] for a, b in (("x", "width"), ("y", "height"))]
        assert max(abs(a - b) for a, b in zip(ends, cells, strict=True)) < 1.5


def test_a_number_out_of_range_is_told_and_changes_nothing(chrome, pages):
    with open_page(chrome, pages("SizeExplorer")) as page:
        root = ready(page, "SizeExplorer")
        field = root.get_by_label("Columns: input")
        field.fill("100000")
        field.press("Enter")
        assert root.get_by_role("alert").inner_text() == "100000 is out of range: 1 to 1024."
        assert field.get_attribute("aria-invalid") == "true"
        assert page.evaluate("window.figures.SizeExplorer.model.get('size')") == [6, 6]
        field.fill("32")  # a size that is too large for a drawing of 28 but not for the rule
        field.press("Enter")
        says(root, r"columns: floor\(\(32 \+ 0 \+ 0 − 3\) / 2\) \+ 1 = floor\(29 / 2\) \+ 1 = 15")
        assert root.get_by_role("alert").count() == 0
        field.fill("500")
        field.press("Enter")
        says(root, r"The output has 2 × 249 cells\. Up to 36 cells along an axis are drawn")
        assert root.get_by_role("grid").count() == 0


@pytest.mark.parametrize("name", NAMES)
def test_every_number_field_tells_its_range(name, chrome, pages):
    with open_page(chrome, pages(name)) as page:
        root = ready(page, name)
        for field in root.locator("input[type=number]:visible:enabled").all():
            low, high = field.get_attribute("min"), field.get_attribute("max")
            was = field.input_value()
            field.fill(str(int(high) + 1))
            field.press("Enter")
            told = f"{int(high) + 1} is out of range: {low.replace('-', '−')} to {high}."
            assert root.get_by_role("alert").all_inner_texts() == [told]
            field.fill(was)
            field.press("Enter")


REDRAW = """name => {
  const { model } = window.figures[name];
  for (const trait of Object.keys(JSON.parse(document.getElementById(name).textContent))) {
    const value = model.get(trait);
    if (trait.startsWith("_")) continue;
    model.set(trait, null);
    model.set(trait, value);
  }
  return Promise.resolve();  // what waits for the traits has drawn when this is over
}"""


@pytest.mark.parametrize("name", NAMES)
def test_what_is_being_typed_outlives_a_figure_that_is_drawn_anew(name, chrome, pages):
    with open_page(chrome, pages(name)) as page:
        root = ready(page, name)
        written = root.locator("input[inputmode=numeric], input[type=text], textarea")
        for field in written.locator("visible=true").and_(page.locator(":enabled")).all():
            was = field.input_value()
            field.fill("8" if was == "7" else "7")
            typed = field.input_value()
            page.evaluate(REDRAW, name)
            assert field.input_value() == typed, field.get_attribute("id")
            field.fill(was)
        assert page.errors == []


def test_a_pair_is_written_in_one_form(chrome, pages):
    with open_page(chrome, pages("ModelBuilder")) as page:
        field = ready(page, "ModelBuilder").locator("input[type=text]:visible").first
        was = field.input_value()
        assert was.isdigit()
        field.fill(f"{was} , {was}")
        field.press("Enter")
        assert field.input_value() == was


def test_a_cell_tells_what_is_no_number(chrome, pages):
    with open_page(chrome, pages("ConvolutionStepper")) as page:
        root = ready(page, "ConvolutionStepper")
        kernel = cell(root, "Kernel", 1, 1)
        kernel.click()
        kernel.click()
        page.keyboard.type("x")
        page.keyboard.press("Enter")
        assert "Please give a number" in root.get_by_role("alert").inner_text()
        page.keyboard.press("Escape")
        assert kernel.inner_text() == "1"


def test_reset_and_full_screen(chrome, pages):
    with open_page(chrome, pages("ConvolutionStepper")) as page:
        root = ready(page, "ConvolutionStepper")
        before = page.evaluate("window.figures.ConvolutionStepper.model.get('image')")
        root.get_by_label("Kernel", exact=True).select_option(label="Gaussian blur")
        says(root, r"= \d+/16")
        assert cell(root, "Kernel", 1, 2).inner_text() == "2/16"
        root.get_by_label("Image", exact=True).select_option("blank")
        root.get_by_role("button", name="Reset").click()
        says(root, r"1×1 \+ 1×0 \+ 1×1")
        after = page.evaluate("window.figures.ConvolutionStepper.model.get('image')")
        assert after == before
        whole = root.get_by_role("button", name="Full screen")
        whole.click()
        page.wait_for_function("document.fullscreenElement?.classList.contains('cbh-figure')")
        root.locator("button[aria-pressed=true]", has_text="Full screen").wait_for()
        whole.click()
        page.wait_for_function("!document.fullscreenElement")


def test_bars_and_hatching_stay_in_forced_colours(chrome, pages):
    with open_page(chrome, pages("DigitPlayground"), forced_colors="active") as page:
        bar = ready(page, "DigitPlayground").locator(".cbh-bar").nth(7)
        colours = bar.evaluate(
            "e => [e, e.parentElement].map((one) => getComputedStyle(one).backgroundColor)"
        )
        assert colours[0] != colours[1]
    with open_page(chrome, pages("SizeExplorer"), forced_colors="active") as page:
        root = ready(page, "SizeExplorer")
        hatch = cell(root, "Padded input", 6, 6).evaluate(
            "e => getComputedStyle(e).backgroundImage"
        )
        assert "repeating-linear-gradient" in hatch


def test_resting_mouse_does_not_interrupt_the_keyboard(chrome, pages):
    with open_page(chrome, pages("ConvolutionStepper"), height=500) as page:
        root = ready(page, "ConvolutionStepper")
        image = active_cell(root, "Input image")
        image.scroll_into_view_if_needed()
        cell(root, "Input image", 4, 4).hover()
        says(root, "Pixel row 4, column 4")
        tab_to_either_way(page, root, image)
        page.keyboard.press("Control+Home")
        says(root, "Pixel row 1, column 1")
        page.evaluate("scrollBy(0, 36)")  # another cell is under the mouse now
        page.wait_for_timeout(300)
        says(root, "Pixel row 1, column 1")
        cell(root, "Input image", 3, 3).hover()
        says(root, "Pixel row 3, column 3")


def _png(rows):
    """A grey PNG of the given rows of values from 0 to 255."""
    raw = b"".join(b"\0" + bytes(row) for row in rows)

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(raw))
        + chunk(b"IEND", b"")
    )


def test_uploaded_image_becomes_grey_values(chrome, pages, tmp_path):
    picture = tmp_path / "half.png"
    picture.write_bytes(_png([[255] * 16 + [0] * 16] * 32))
    broken = tmp_path / "broken.png"
    broken.write_text("no picture")
    with open_page(chrome, pages("ConvolutionStepper")) as page:
        root = ready(page, "ConvolutionStepper")
        root.locator("summary").click()
        root.locator("input[type=file]").set_input_files(picture)
        cells = root.locator('[role=grid][aria-label^="Input image"] [role=gridcell]')
        expect_text(cells.nth(0), "9")
        assert cells.all_inner_texts() == (["9"] * 4 + ["0"] * 4) * 8
        root.locator("input[type=file]").set_input_files(broken)
        says(root, "broken.png could not be read as an image")


def test_a_digit_chosen_right_after_drawing_stays_and_so_does_the_drawing(chrome, pages):
    """The figure saves a drawing when the pen rests; a choice made before that must stand."""
    with open_page(chrome, pages("DigitPlayground")) as page:
        root = ready(page, "DigitPlayground")
        reads = root.locator("[role=status]").filter(has_text="The network reads")
        pad = root.locator(".cbh-pad")
        pad.focus()
        press(page, "Delete", "d", *["ArrowDown"] * 9)
        says(root, r"^The network reads \d")
        drawn = reads.inner_text()
        pad.evaluate(  # one more cell of ink, then a choice before the pen has rested
            """(pad) => {
              pad.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
              const select = pad.closest(".cbh-figure").querySelector("select");
              select.value = "0";
              select.dispatchEvent(new Event("change", { bubbles: true }));
            }"""
        )
        says(root, r"Labelled 0\.")
        page.wait_for_timeout(600)
        says(root, r"Labelled 0\.", timeout=50)
        root.get_by_label("Test digit", exact=True).select_option(label="Your drawing")
        says(root, r"^The network reads \d")
        assert reads.inner_text() != drawn, "the last cell of ink was lost"


def test_same_figure_twice_in_a_page(chrome, tmp_path):
    twice = {"first": figures.Pooling(), "second": figures.Pooling(mode="average")}
    path = tmp_path / "twice.html"
    path.write_text(page_html(twice), "utf-8")
    with open_page(chrome, path) as page:
        page.wait_for_function("document.querySelectorAll('[data-widget-ready]').length === 2")
        ids = page.evaluate("[...document.querySelectorAll('.cbh-figure [id]')].map(e => e.id)")
        assert len(ids) == len(set(ids)) > 0
        names = page.evaluate(
            "[...document.querySelectorAll('input[type=radio]')].map(e => e.name)"
        )
        assert len(set(names)) == 2
        assert axe(page) == []
