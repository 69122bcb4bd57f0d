"""Questions that a person reads: explain, choose and defend, find the flaw, design on a budget."""

from course_bank.assignments.judgements import (
    clinic,
    counts,
    designs,
    dimensions,
    modern,
    programs,
    sizes,
)
from course_bank.assignments.judgements.judgement import Judgement

MODULES = (sizes, counts, dimensions, programs, designs, clinic, modern)

judgements = {judgement.id: judgement for module in MODULES for judgement in module.JUDGEMENTS}

__all__ = ["Judgement", "judgements"]
