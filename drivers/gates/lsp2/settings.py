"""How one LSP2 gate is asked."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.errors import BadSetting


@dataclass(frozen=True, slots=True)
class Lsp2Settings:
    """Times in seconds. Raises `BadSetting`."""

    first_index: int
    """Index of the first record, 0 or 1: the source does not say. Ask for both at installation."""
    poll_s: float = 0.5
    """Pause between two questions for the number of records."""
    people_s: float = 10.0
    """Pause between two questions for the people counter."""
    clock_s: float = 3_600.0
    """The clock is read at each connection, and again after this time."""
    check_s: float = 60.0
    """After this time the last known record is looked at again: a memory that was cleared and filled shows there."""
    answer_s: float = 2.0
    """An answer that has not come after this time will not come in step any more."""
    catch_up_records: int = 64
    """So many records at most, of those that were there before the first connection, are told as well."""

    def __post_init__(self) -> None:
        if self.first_index not in (0, 1):
            raise BadSetting(f"first_index of the gate is {self.first_index}: give 0 or 1")
        if min(self.poll_s, self.people_s, self.clock_s, self.check_s, self.answer_s) <= 0:
            raise BadSetting("a time of the gate is not above 0: give seconds")
        if not 0 <= self.catch_up_records <= 65_535:
            raise BadSetting(f"catch_up_records of the gate is {self.catch_up_records}: give 0 to 65535")
