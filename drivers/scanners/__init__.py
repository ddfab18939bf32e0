"""Barcode scanners: serial lines, keyboard wedges and the triggers of scan engines."""
