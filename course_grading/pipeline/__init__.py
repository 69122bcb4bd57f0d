"""nbgrader's steps for work that is not trusted: the converter and its preprocessors."""
