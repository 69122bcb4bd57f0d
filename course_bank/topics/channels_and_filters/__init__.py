"""Chapter 4, channels and filters."""

from course_bank.topics.channels_and_filters import channels, filters

QUESTIONS = [*channels.QUESTIONS, *filters.QUESTIONS]
