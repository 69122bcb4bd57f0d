"""What is kept of a class: points, what a person has read, ids and the secret."""
