"""Measurements of the project, each side by side with what it is compared to, in one run.

``python -m benchmarks`` runs them all. Nothing here is asserted by a test.
"""
