"""How one LLRP reader was set up at installation."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.errors import BadSetting

ALL_ANTENNAS = 0
_LAST_ANTENNA = 255
_SESSIONS = range(4)


@dataclass(frozen=True, slots=True)
class LlrpSettings:
    """Settings of one reader; the defaults suit a reader as it comes out of its box. Raises `BadSetting`."""

    antennas: tuple[int, ...] = (ALL_ANTENNAS,)
    """Numbers as the reader counts them, from 1; 0 alone stands for all. One that is named and is off is a fault."""
    session: int | None = None
    """Session of the air protocol, 0 to 3, in which tags are asked. None: as the reader is set."""
    keepalive_s: float = 5.0
    """The reader says this often that it is alive; three times without a word and it counts as lost."""
    greet_s: float = 5.0
    """So long after the connection is made the reader has to greet."""
    request_s: float = 3.0
    """So long an answer is waited for."""
    again_s: float = 2.0
    """Pause before the reader is set up again, after it refused or had trouble; doubled each time, up to a minute."""

    def __post_init__(self) -> None:
        alone = self.antennas == (ALL_ANTENNAS,)
        if not alone and not (self.antennas and all(1 <= antenna <= _LAST_ANTENNA for antenna in self.antennas)):
            raise BadSetting(f"antennas of the reader are {list(self.antennas)}: give numbers from 1, or [0] for all")
        if self.session is not None and self.session not in _SESSIONS:
            raise BadSetting(f"session of the reader is {self.session}: give 0 to 3, or leave it out")
        if not 0.5 <= self.keepalive_s <= 3_600:
            raise BadSetting(f"keepalive of the reader is {self.keepalive_s} s: give 0.5 to 3600, 5 is usual")
