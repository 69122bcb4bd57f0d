"""What a question is, how its numbers are drawn and its answers read and judged."""
