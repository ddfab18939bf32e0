"""What the documentation takes from code is current."""

from __future__ import annotations

from docs.generate import ROOT, outdated
from drivers.codecs.findings import MEANINGS, Finding
from drivers.protocols import PROTOCOLS


def test_every_page_is_current() -> None:
    """When this fails: `make docs`."""
    assert [str(path.relative_to(ROOT)) for path in outdated()] == []


def test_a_page_that_was_changed_by_hand_is_noticed() -> None:
    """Every part is really made: an empty table would pass the test above."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "| `kiosk wire decode PROTOCOL HEX` |" in readme
    assert "| `firmware-sim devices` |" in readme
    hardware = (ROOT / "docs" / "hardware.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in hardware for name in PROTOCOLS if ":" not in name)
    tags = (ROOT / "docs" / "tags.md").read_text(encoding="utf-8")
    assert all(f"| `{finding.value}" in tags for finding in Finding)
    settings = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert "| `rules.line.N.max_loans` |" in settings


def test_every_finding_has_words() -> None:
    assert set(MEANINGS) == set(Finding)
