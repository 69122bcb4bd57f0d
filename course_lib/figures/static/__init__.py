"""Figures that are drawn when the book is built.

``canvas``    a drawing as SVG text that follows light and dark pages
``grids``     matrices, windows and the signs between them
``windows``   one axis: where the windows stand, what padding adds, what the floor drops
``pixels``    images and feature maps as pixels
``plots``     curves with a key, in the colours of the page

Each function returns an object that a notebook shows as SVG. The same arguments give the same
text, byte for byte.
"""
