"""The Sphinx extension, piece by piece, without building a book."""

import json
from types import SimpleNamespace

import pytest
from course_book import calc, cells, drawings, figures, formulas, freshness, lines, pages, styles

from course_lib.figures.static.canvas import Drawing


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("output_size(28, 5, 2)", "12"),
        ("conv_parameters((3, 3), 32, 64)", "18,496"),
        ("output_shape((13, 13), 3)", "11 × 11"),
        ("f'{1 / 3:.2f}'", "0.33"),
        ("-np.ones(1)[0] * 1.5", "−1.5"),
        ("int(lectures.examples.pool_4x4.max())", "8"),
    ],
)
def test_a_number_in_a_sentence(expression, text):
    assert calc.shown(eval(expression, calc.namespace())) == text


def test_a_formula_is_set_and_a_wrong_one_named():
    setter = formulas.Setter()
    try:
        assert "katex" in setter(r"\frac{1}{2}")
        assert "katex-display" in setter(r"\sum_{j=1}^{9} w_j i_j", display=True)
        with pytest.raises(ValueError, match="KaTeX"):
            setter(r"\frac{1}")
        assert "katex" in setter("n"), "the program goes on after an error"
    finally:
        setter.close()


def test_a_change_in_the_library_changes_its_fingerprint(tmp_path):
    library, page = tmp_path / "library", tmp_path / "page.mjs"
    (library / "ops").mkdir(parents=True)
    (library / "ops" / "conv.py").write_text("1")
    (library / "classes.txt").write_text("tench")
    page.write_text("1")
    seen = {freshness.fingerprint(library, page)}
    for cache in ("ops/__pycache__", ".ruff_cache", "node_modules", "vendor"):
        (library / cache).mkdir()
        (library / cache / "kept").write_text("by a tool")
    assert freshness.fingerprint(library, page) in seen
    for path in (library / "ops" / "conv.py", library / "classes.txt", page):
        path.write_text("2")
        seen.add(freshness.fingerprint(library, page))
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("changed", "read", "executed"),
    [(None, False, False), ("looks", True, False), ("library", True, True)],
)
def test_what_a_warm_build_does_again(tmp_path, monkeypatch, changed, read, executed):
    """A change in book/course_book writes the pages anew, one in the library executes them too."""
    places = {name: tmp_path / name / "file.py" for name in ("looks", "library")}
    for place in places.values():
        place.parent.mkdir()
        place.write_text("1")
    monkeypatch.setattr(freshness, "LOOKS", (places["looks"].parent,))
    monkeypatch.setattr(freshness, "LIBRARY", (places["library"].parent,))
    monkeypatch.delenv("BOOK_KEEP_CACHE", raising=False)
    cache = tmp_path / ".jupyter_cache"
    config = SimpleNamespace(nb_execution_cache_path=str(cache))
    env = SimpleNamespace(found_docs={"a", "b"})
    app = SimpleNamespace()
    freshness._check(app, config)
    assert freshness._outdated(app, env, [], [], []) == ["a", "b"], "the first build reads all"
    cache.mkdir()
    if changed:
        places[changed].write_text("2")
    freshness._check(app, config)
    assert freshness._outdated(app, env, [], [], []) == (["a", "b"] if read else [])
    assert cache.exists() != executed


def _state():
    shown = {"_esm": "export default {}", "_css": "p {}", "_fallback": "<p>text</p>"}
    return {
        "a": {"state": {**shown, "_reserve": [300, 500], "_model_name": "AnyModel", "step": 3}},
        "b": {"state": {**shown, "step": 4}},
        "layout": {"state": {"width": None}},
    }


def test_the_page_keeps_only_what_its_figures_need(tmp_path):
    sources = figures.Sources(tmp_path)
    kept, texts, rooms = figures.slim(_state(), ["a"], sources)
    assert list(kept) == ["a"]
    assert set(kept["a"]["state"]) == {"_esm", "_css", "step"}
    assert texts["a"] == "<p>text</p>" and tuple(rooms["a"]) == (300, 500)
    name = kept["a"]["state"]["_esm"]["source"]
    assert "export default {}" in (tmp_path / f"{name}.js").read_text()


def test_figures_of_a_chapter_are_numbered_in_their_order(tmp_path):
    state = _state()
    state["a"]["state"]["_numbered"] = state["b"]["state"]["_numbered"] = True
    state["quiz"] = {"state": {"_esm": "1", "_numbered": False}}
    kept, *_ = figures.slim(state, ["b", "quiz", "a"], figures.Sources(tmp_path), "4")
    numbers = [kept[key]["state"].get("_number") for key in ("b", "quiz", "a")]
    assert numbers == ["Try it 4.1", None, "Try it 4.2"]
    kept, *_ = figures.slim(state, ["b"], figures.Sources(tmp_path))
    assert "_number" not in kept["b"]["state"]


def test_what_a_figure_loads_late_is_no_part_of_the_page(tmp_path):
    state = _state()
    several = {"cat": "maps of a cat", "dog": "maps of a dog"}
    late = {"weights": "a long text", "maps": several, "_deferred": ["weights", "maps"]}
    state["a"]["state"] |= late
    sources = figures.Sources(tmp_path, "../_static/figures/{}.js".format)
    kept, *_ = figures.slim(state, ["a"], sources)
    aside = kept["a"]["state"]["weights"]
    assert aside["src"] == f"../_static/figures/{aside['source']}.js"
    assert aside["source"] not in sources.names, "the page would load it at once"
    assert "a long text" in (tmp_path / f"{aside['source']}.js").read_text()
    for name, own in kept["a"]["state"]["maps"].items():  # each in a file of its own
        assert several[name] in (tmp_path / f"{own['source']}.js").read_text()
    assert "_deferred" not in kept["a"]["state"]


def test_modules_and_styles_are_made_small_and_data_stays(tmp_path):
    texts = [
        "// What it does.\nconst twice = (number) => 2 * number; // </script>\n"
        "export default { render: () => twice(21) };\n",
        "/* The look. */\n.cbh-a {\n  color: red;\n  .cbh-b { margin: 0; }\n}\n",
        '{"maps": ["0 1"],  "note": "export default </b>"}',
    ]
    sources = figures.Sources(tmp_path)
    names = [sources.put(text)["source"] for text in texts]
    for _ in range(2):  # a second build finds them small
        figures.small(tmp_path)
        parts = [(tmp_path / f"{name}.js").read_text().split(" = ", 1)[1] for name in names]
        module, style, data = (json.loads(part.rstrip(";\n")) for part in parts)
        assert "What it does" not in module and "export" in module and "21" in module
        assert style.strip() == ".cbh-a{color:red;.cbh-b{margin:0}}"
        assert data == texts[2] and "</" not in "".join(parts)


def test_the_text_of_a_module_is_stored_once(tmp_path):
    sources = figures.Sources(tmp_path)
    figures.slim(_state(), ["a", "b"], sources)
    assert len(list(tmp_path.glob("*.js"))) == len(sources.names) == 2


def test_a_drawing_keeps_the_width_at_which_its_text_can_be_read():
    wide = Drawing(620, 100)
    wide.text(10, 10, "a")
    tag = '<img alt="" class="drawing" src="../_images/a.svg" />'
    made = drawings.sized(tag, wide.svg())
    assert 'width="620" height="100"' in made and "min-width:399px" in made  # 9 / 14 of 620
    wide.text(10, 30, "$n_out$")
    assert "min-width:532px" in drawings.sized(tag, wide.svg())  # an index has 75 %
    thumbnail = tag.replace('"drawing"', '"thumbnail drawing"')
    small = drawings.sized(thumbnail, wide.svg())
    assert 'width="620" height="100"' in small and "min-width" not in small and "<span" not in small
    assert drawings.sized(made, wide.svg()).count("min-width") == 1, "mended once"


def test_state_cannot_close_its_script():
    hostile = {"text": "</script><!-- <script>"}
    text = figures._safe(hostile)
    assert "</" not in text and "<!--" not in text
    assert json.loads(text) == hostile


def test_mending_twice_changes_nothing_more():
    page = (
        '<button class="btn search-button-field" aria-label="Search" title="Search">'
        '<div class="sidebar-primary-items__start sidebar-primary__section">'
        '<script src="_static/searchtools.js"></script>'
    )
    once = pages.mend(page)
    assert once != page and 'aria-label="Search"' not in once and "script" not in once
    assert pages.mend(once) == once


def test_a_page_is_described_by_its_first_sentence():
    assert pages.describe("<h1>T</h1><p>One <em>two</em> &amp; three.</p>") == "One two & three."
    assert len(pages.describe(f"<p>{'word ' * 80}</p>")) < 160


def test_only_cells_with_the_tag_are_twins():
    from docutils import nodes

    def cell(tag):
        return nodes.container(classes=["cell", tag])

    assert cells.tag(cell("tag_numpy")) == "tag_numpy"
    assert cells.tag(nodes.paragraph()) is None
    assert cells.tag(cell("tag_remove-input")) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("28 × 28 × 1 pixels", "28_×_28_×_1 pixels"),
        ("(R − 2) × (C − 2) × 5", "(R − 2)_×_(C − 2)_×_5"),
        ("for n = 6, k = s = 2", "for n_=_6, k_=_s_=_2"),
        ("the score = 1", "the score = 1"),
    ],
)
def test_a_shape_stays_on_one_line(text, kept):
    assert lines.whole(text) == kept.replace("_", lines.SPACE)


@pytest.mark.parametrize(
    ("text", "wrapped"),
    [
        ("conv: inputs must have rank 4, got shape (6, 6). " * 2, True),
        ("short\nlines", False),
        ("", False),
        ("[[ 0.78 -0.11  0.11  0.33  0.56 -0.11  0.33  0.11  0.22 -0.33  0.44]]", False),
        ("['Conv2D', 'MaxPooling2D', 'Conv2D', 'MaxPooling2D', 'Flatten', 'Dense']", True),
        ("minimal                295 parameters,  53% of them in the last layer", False),
        ("┃ Layer (type) ┃ Output shape of a layer with a name ┃ Parameters of it ┃", False),
    ],
)
def test_messages_wrap_and_columns_do_not(text, wrapped):
    assert lines.wraps(text) is wrapped


def test_markup_that_the_standard_forbids_is_mended_outside_of_scripts():
    script = '<script>"<summary><p>a</p></summary><th>b</th><button>"</script>'
    page = (
        '<summary><p class="x">Show</p></summary><p>text</p><button title="Print"><i></i></button>'
        "<table><thead><tr><th></th><th>size</th></tr></thead><tbody><tr><th>a</th></tr></tbody>"
    )
    wanted = (
        '<summary><span class="x">Show</span></summary><p>text</p>'
        '<button type="button" aria-label="Print" title="Print"><i></i></button><table><thead><tr>'
        '<td></td><th scope="col">size</th></tr></thead>'
        '<tbody><tr><th scope="row">a</th></tr></tbody>'
    )
    assert pages.allowed(page + script) == wanted + script
    assert pages.allowed(wanted) == wanted


def test_a_page_loads_one_style_sheet_in_the_place_of_many():
    many = (
        '<link rel="stylesheet" href="../_static/a.css?v=1" />\n'
        '<link href="../_static/styles/b.css" rel="stylesheet" />\n'
        '<link rel="stylesheet" href="../_static/print.css" media="print" />'
    )
    assert styles.addresses(many) == ["a.css", "styles/b.css"]
    once = styles.linked(many, "2")
    assert once.startswith(f'<link rel="stylesheet" href="../_static/{styles.SHEET}?v=2" />')
    assert "a.css" not in once and "b.css" not in once and 'media="print"' in once
    assert styles.linked(once, "2") == once


def test_the_fonts_have_the_characters_of_the_text_and_of_the_formulas():
    page = '<p>ä <span class="katex-html">∑</span></p>'
    text, formulas = styles.characters([page])
    assert "ä" in text and "∑" not in text and "∑" in formulas and "ä" not in formulas
