"""What a verdict says, as HTML."""

from course_bank.core.rendering import marked
from course_bank.core.value_answer import look_again


def without_place(message, where):
    """A verdict without its sentence on where in the book to look, which follows as a link.

    What stands behind that sentence stays: with what the student's cell stopped.
    """
    return message.replace(look_again(where), "", 1)


def shown(message, after):
    """A message with the HTML ``after`` it; its lines that begin with "- " are a list."""
    head, *rows = message.rstrip().split("\n- ")
    if not rows:
        return f"<p class='message'>{marked(head)} {after}</p>"
    items = "".join(f"<li>{marked(row)}</li>" for row in rows)
    return f"<p class='message'>{marked(head)}</p><ul class='missing'>{items}</ul><p>{after}</p>"
