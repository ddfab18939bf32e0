"""The page of scenes says what the reducer does."""

from __future__ import annotations

from pathlib import Path

from kiosk.session.diagram import page

PAGE = Path(__file__).parents[2] / "docs" / "states.md"


def test_the_page_is_current() -> None:
    """When this fails: `python -c "from kiosk.session.diagram import page; print(page(), end='')" > docs/states.md`."""
    assert PAGE.read_text(encoding="utf-8") == page()
