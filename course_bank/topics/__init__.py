"""The questions, declared chapter by chapter."""
