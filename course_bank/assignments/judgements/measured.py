"""What model answers say of trainings: recorded by ``python -m benchmarks.written_answers_run``."""

import json
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("measured.json")


@cache
def recorded():
    return json.loads(FILE.read_text(encoding="utf-8"))


def percent(shares):
    """The mean of shares, as text: "93 %"."""
    return f"{100 * sum(shares) / len(shares):.0f} %"
