"""The book on paper: ``python -m paper``, from the built pages to one PDF.

``pages``    one built page in the form that paper asks for: no toolbar, no script, nothing folded
``answers``  what the reader should not see at once: collected for the end of the book
``whole``    all pages as one document, with title, contents, chapters, answers
``printing`` the document as a PDF, by Chromium
``offer``    the link to the PDF in the built pages
"""
