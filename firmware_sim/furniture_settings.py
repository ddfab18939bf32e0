"""What the configuration says of furniture with doors."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_sim.toml_table import Table

MOST_BINS = 3
USUAL_BOXES, MOST_BOXES = 2, 8


@dataclass(frozen=True, slots=True)
class DropSettings:
    """A book-drop with so many bins."""

    name: str
    bins: int


@dataclass(frozen=True, slots=True)
class LockerSettings:
    """A bank of lockers with so many compartments."""

    name: str
    boxes: int


def drop_of(table: Table, name: str) -> DropSettings:
    """One `[[drop]]`; its faults go to the table's list."""
    drop = DropSettings(name, table.whole("bins", 1, MOST_BINS, MOST_BINS))
    table.done()
    return drop


def locker_of(table: Table, name: str) -> LockerSettings:
    """One `[[locker]]`; as above."""
    locker = LockerSettings(name, table.whole("boxes", 1, MOST_BOXES, USUAL_BOXES))
    table.done()
    return locker
