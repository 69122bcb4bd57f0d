"""What a student handed in: found, read, put back in order, compared."""
