"""How one UHF pad was set up at installation."""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.codecs.afi import IN_STOCK, ON_LOAN
from drivers.errors import BadSetting
from drivers.llrp.settings import LlrpSettings

_MOST_WORDS = 512


@dataclass(frozen=True, slots=True)
class LlrpPadSettings:
    """Settings of one pad. Raises `BadSetting`."""

    reader: LlrpSettings = field(default_factory=LlrpSettings)
    afi_in_stock: int = IN_STOCK
    """University tags (`gxlm`) have a security bit and no AFI: this stands for the bit cleared, the next for it set."""
    afi_on_loan: int = ON_LOAN
    user_words: int = 0
    """How much of bank 11 is read, in words of two bytes; 0 reads to its end. More than a tag has reads nothing."""
    gone_after_s: float = 1.0
    """A tag that was not reported for this long is gone."""
    access_s: float = 0.5
    """So long the reader may take to find a tag that is to be written or looked at."""
    away_s: float = 1.0
    """A write to a tag that does not answer is given up after this time."""
    write_s: float = 3.0
    """A write that the tag does not keep is given up after this time."""
    settle_s: float = 0.3
    """A reader that comes up is told as well no sooner: tags that lie there are told first."""
    arrive_s: float = 2.0
    """It is told as well after this time, even when tags on it are still being read."""

    def __post_init__(self) -> None:
        afis = (self.afi_in_stock, self.afi_on_loan)
        if not all(0 <= afi <= 0xFF for afi in afis) or self.afi_in_stock == self.afi_on_loan:
            raise BadSetting(f"AFIs in stock and on loan are {afis}: give two different bytes, 7 and 194 are usual")
        if not 0 <= self.user_words <= _MOST_WORDS:
            raise BadSetting(f"words read of a tag are {self.user_words}: give 1 to {_MOST_WORDS}, or 0 for all")
