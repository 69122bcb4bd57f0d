"""The `course` command: one module for each of its commands."""
