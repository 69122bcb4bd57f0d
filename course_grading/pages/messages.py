"""What a verdict says, as HTML."""

from course_bank.core.rendering import marked


def shown(message, after):
    """A message with the HTML ``after`` it; its lines that begin with "- " are a list."""
    head, *rows = message.rstrip().split("\n- ")
    if not rows:
        return f"<p class='message'>{marked(head)} {after}</p>"
    items = "".join(f"<li>{marked(row)}</li>" for row in rows)
    return f"<p class='message'>{marked(head)}</p><ul class='missing'>{items}</ul><p>{after}</p>"
