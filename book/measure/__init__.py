"""Measures every page of the built book, and prints a table: ``make measure``.

``weights``     bytes of a page and of all it loads, as a web server sends them
``markup``      what html-validate finds in a page
``chromium``    the browser, with the network cut off
``windows``     the sizes of its windows, and how high a figure may be in them
``accessibility``  what axe finds in a page, and contrast, told from the styles where they can
``visits``      a page in Chromium: what goes wrong, what axe finds, how it is set
``lighthouse``  Lighthouse's four marks, desktop and mobile, served with compression

The tests of the book use all but the last, which takes a quarter of a minute for each page on an
idle machine. Its marks are kept in ``_build/marks.json``: a later run may measure other pages.
"""
