"""The bibliography's labels: authors and year, as the text cites."""

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


class _AuthorYear(BaseLabelStyle):
    def format_labels(self, sorted_entries):
        labels = [label(entry) for entry in sorted_entries]
        for place, text in enumerate(labels):
            same = labels[:place].count(text)
            more = labels.count(text) > 1
            yield f"{text}{chr(ord('a') + same)}" if more else text


class Style(PlainStyle):
    """Sphinx' plain style with those labels."""

    default_label_style = _AuthorYear


def setup(app):
    register_plugin("pybtex.style.formatting", "authoryear", Style)
