"""Our own illustrations. Plain shapes only: no text, no filters, no clipping, since nanosvg draws them."""
