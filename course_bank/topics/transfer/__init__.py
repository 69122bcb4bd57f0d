"""Chapter 19, photographs: a head on the features of a frozen network."""

from course_bank.topics.transfer import heads

QUESTIONS = heads.QUESTIONS
