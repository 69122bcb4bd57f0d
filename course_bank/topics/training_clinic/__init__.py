"""Chapter 15, training clinic: first numbers, patients to diagnose, programs to mend."""

from course_bank.topics.training_clinic import diagnosis, evidence, first_numbers, mending

QUESTIONS = [
    *first_numbers.QUESTIONS,
    *diagnosis.QUESTIONS,
    *evidence.QUESTIONS,
    *mending.QUESTIONS,
]
