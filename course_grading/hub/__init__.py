"""A JupyterHub for the class, with nbgrader's exchange: what `course hub` writes."""
