"""The recorded patients: the card of each, which students get, and the fault, which they do not.

`benchmarks.clinic.patients` writes the file. Patients have names that say nothing; a drawing holds
the name and the card, and what the patient suffers from is looked up here.
"""

import json
from functools import cache
from pathlib import Path

from course_bank.topics.training_clinic.wards import WARDS

FILE = Path(__file__).with_name("patients.json")


def recorded():
    """{name: {"ward", "fault", "card"}}, and "reads" where the accuracy counts something else."""
    return _record()["patients"]


def leaks():
    """{name: [validation images, right ones, with a twin in training, right among those]}"""
    return _record()["leaks"]


@cache
def _record():
    return json.loads(FILE.read_text(encoding="utf-8"))


def of(ward, faults=None):
    """Names of the patients of a ward, of all its faults or of some."""
    faults = faults or WARDS[ward].faults
    return [name for name, p in recorded().items() if p["ward"] == ward and p["fault"] in faults]


def fault(n):
    """What the patient of a drawing suffers from."""
    return recorded()[n.patient]["fault"]


def reads(n):
    """The share of new digits that the patient reads, None where its accuracy says it."""
    return recorded()[n.patient].get("reads")
