"""Our own illustrations. Plain shapes only: no text, no filters, no clipping, since nanosvg draws them."""

NAMES = (
    "card",
    "pad",
    "reader",
    "shelf",
)
"""Every file here: the start says which are missing."""
