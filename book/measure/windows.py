"""The windows in which pages and figures are looked at, and how high a figure may be in each."""

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 812}
# pixels, so that a figure's controls and answers are in view, also while it is used
TALLEST = {WIDE["width"]: 720, PHONE["width"]: 1100}
