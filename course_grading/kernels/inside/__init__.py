"""What runs inside the sandbox: the fork server and the kernel it forks.

These modules know nothing of the gradebook, the question bank or the other students. They use the
standard library, and IPython once a notebook runs. The rest of `course_grading` is hidden
where they run.
"""
