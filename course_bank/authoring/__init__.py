"""Writes the notebooks of the assignments."""
