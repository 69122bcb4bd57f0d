"""The bibliography's labels: authors and year, as the text cites.

Works of the same authors in one year are told apart by a letter behind the year, in the text as in
the bibliography: 2016a, 2016b.
"""

from collections import defaultdict

from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as PlainStyle
from pybtex.style.labels import BaseLabelStyle


def label(entry):
    """ "LeCun et al. 1998" of an entry of the bibliography."""
    persons = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [" ".join([*person.prelast_names, *person.last_names]) for person in persons]
    names = [name.replace("{", "").replace("}", "") for name in names]
    if len(names) > 2:
        names = [f"{names[0]} et al."]
    return f"{' and '.join(names)} {entry.fields.get('year', '')}".strip()


def tell_apart(entries):
    """Put a letter behind the years of entries with one label, in the order of their titles."""
    same = defaultdict(list)
    for entry in entries:
        same[label(entry)].append(entry)
    for group in same.values():
        if len(group) > 1:
            for letter, entry in zip("abcdefgh", sorted(group, key=_title), strict=False):
                entry.fields["year"] = entry.fields.get("year", "") + letter


def _title(entry):
    return entry.fields.get("title", "").lower()


class _AuthorYear(BaseLabelStyle):
    def format_labels(self, sorted_entries):
        return map(label, sorted_entries)


class Style(PlainStyle):
    """Sphinx' plain style with those labels."""

    default_label_style = _AuthorYear


def _before_reading(app, env, docnames):
    tell_apart(env.get_domain("cite").bibdata.data.entries.values())


def setup(app):
    register_plugin("pybtex.style.formatting", "authoryear", Style)
    app.connect("env-before-read-docs", _before_reading)
