"""How a polled pad was set up at installation, whatever its maker."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.errors import BadSetting


@dataclass(frozen=True, slots=True)
class PollingSettings:
    """Times in seconds; the defaults suit a pad as it comes out of its box. Raises `BadSetting`."""

    most_bytes: int = 128
    """How much of a tag's memory is read at most."""
    active_poll_s: float = 0.05
    """Pause between two inventories while tags lie there or moved a moment ago."""
    idle_poll_s: float = 0.1
    """The same while nothing happens."""
    gone_after_s: float = 0.6
    """A tag that no inventory showed for this long is gone."""
    away_s: float = 1.0
    """A write to a tag that does not answer is given up after this time."""
    write_s: float = 3.0
    """A write that the tag does not keep is given up after this time."""
    arrive_s: float = 2.0
    """A reader that comes up is told as well after this time, even when tags on it are still being read."""
    silent_tries: int = 3
    """So many exchanges in a row without an answer, or twice as many with a damaged one: the reader counts as gone."""
    beat_s: float = 1.0
    """Pause between tries while the reader counts as gone."""

    def __post_init__(self) -> None:
        if not 4 <= self.most_bytes <= 8_192:
            raise BadSetting(f"most bytes read of a tag is {self.most_bytes}: give 4 to 8192")
