"""The staff card of the demo. Its file is made here: a checkout cannot keep a file to its owner."""

from __future__ import annotations

from pathlib import Path

from kiosk.station.staff_cards import staff_card

CARD, PIN = "04FEED01", "2580"
"""The card `staff` of the simulated room; the bench shows its PIN beside it."""
CODE = "90000001"
"""The barcode on it, which opens the doors of lockers."""


def demo_staff(folder: Path) -> Path:
    """The file for `staff_file`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "staff-cards"
    path.touch(mode=0o600)
    lines = [staff_card("desk", CARD, PIN).line(), staff_card("desk-code", CODE, PIN).line()]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    return path
