"""What a stock-taking found: what was expected, held against what wands saw.

A wand tells what it saw at a place (a shelf, a bay), in the order in which it passed, and again each time it passes:
one sweep. Nothing here is missing because a wand did not see it once: a place that was passed once, or where too little
was read, has to be passed again before anything is looked for.

Source: docs/stocktaking.md; the read rates in Abcouwer and van Loon, Library Hi Tech (2021).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from statistics import median
from typing import Final

from kiosk.library.collections.shelf_order import distances, longest_run, noise, tolerance

SWEEPS_NEEDED: Final = 2
RATE_NEEDED: Final = 0.9
"""Of the expected copies of a place; below it names say nothing."""
NEIGHBOURS: Final = 15
"""On each side, to tell where on the list a copy stands."""


class Absent(StrEnum):
    """Why a copy is not expected on the shelf although it is on the list."""

    LENT = "lent"
    ON_HOLD = "on-hold"
    DAMAGED = "damaged"
    LOST = "lost"
    MISSING = "missing"
    WITHDRAWN = "withdrawn"


class Found(StrEnum):
    """Kinds of findings."""

    NOT_SEEN = "not-seen"
    PASS_AGAIN = "pass-again"
    """A place, not a copy."""
    MISPLACED = "misplaced"
    NOT_HERE = "not-here"
    """In the catalogue, and belongs elsewhere."""
    NOT_IN_CATALOGUE = "not-in-catalogue"
    UNKNOWN_TAG = "unknown-tag"
    WRONG_SECURITY = "wrong-security"
    SEEN_ABSENT = "seen-absent"
    """Lent, lost, withdrawn or the like, and it stands there."""


class Outcome(StrEnum):
    """What somebody did about a finding."""

    PUT_RIGHT = "put-right"
    FOUND = "found"
    MISSING = "missing"
    PASSED = "passed"
    ACCEPTED = "accepted"
    """As it is."""


OUTCOMES: Final[Mapping[Found, tuple[Outcome, ...]]] = {
    Found.NOT_SEEN: (Outcome.FOUND, Outcome.MISSING, Outcome.ACCEPTED),
    Found.PASS_AGAIN: (Outcome.PASSED, Outcome.ACCEPTED),
    Found.MISPLACED: (Outcome.PUT_RIGHT, Outcome.ACCEPTED),
    Found.NOT_HERE: (Outcome.PUT_RIGHT, Outcome.ACCEPTED),
    Found.NOT_IN_CATALOGUE: (Outcome.PUT_RIGHT, Outcome.ACCEPTED),
    Found.UNKNOWN_TAG: (Outcome.PUT_RIGHT, Outcome.ACCEPTED),
    Found.WRONG_SECURITY: (Outcome.PUT_RIGHT, Outcome.ACCEPTED),
    Found.SEEN_ABSENT: (Outcome.FOUND, Outcome.PUT_RIGHT, Outcome.ACCEPTED),
}
"""What can become of each kind."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One copy of the frozen list, which is in shelf order."""

    item: str
    absent: Absent | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A tag as a wand saw it; in the order in which central took them in."""

    station: str
    place: str
    sweep: int
    item: str
    """Empty where the UID is of no item that is known."""
    uid: str = ""
    afi: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at. `item` is empty where it is about a place or a tag without a number."""

    kind: Found
    place: str
    item: str = ""
    uid: str = ""
    detail: str = ""
    """A code, a number of places or a percentage, as the kind has it."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a stock-taking found, in walking order."""

    findings: tuple[Finding, ...]
    expected: int
    """Copies that should stand there."""
    seen: int
    """Of these."""
    small_swaps: int
    """Copies that stand a few places off, or whose order a wand could not tell."""


@dataclass(slots=True)
class _Place:
    """What was seen at one place: where each copy stands, as a place on the list."""

    name: str
    sweeps: int
    stands: dict[str, float]
    read_in: dict[str, int]
    """In how many of its sweeps each copy was read."""
    middle: float = -1.0
    """The middle rank of what belongs to the list; -1: nothing here does."""


def reconcile(
    expected: Sequence[Expected], sightings: Sequence[Sighting], catalogued: frozenset[str], in_stock: int | None
) -> Report:
    """Hold what was seen against the list. `catalogued`: every item number seen that the catalogue has; `in_stock`: the
    security byte of a copy that may stand on a shelf, None where the library's tags have none."""
    rank = {one.item: number for number, one in enumerate(expected)}
    places = _places(sightings, rank)
    at = _where(places, rank)
    found = [*_strangers(sightings, at, rank, catalogued), *_wrong_bytes(expected, sightings, rank, in_stock, at)]
    standing = _in_walking_order(places, at, rank)
    away = distances([rank[item] for item in standing])
    by_name = {place.name: place for place in places}
    in_order: list[str] = []
    spread = noise(away)
    for item, distance in zip(standing, away, strict=True):
        place = by_name[at[item]]
        # Who was read in one sweep of two stands where that one says, without the other to make up for its noise.
        if distance > tolerance(spread * sqrt(place.sweeps / place.read_in[item])):
            found.append(Finding(Found.MISPLACED, place.name, item, detail=str(distance)))
        else:
            in_order.append(item)
    swaps = len(in_order) - len(longest_run([rank[item] for item in in_order]))
    found += _not_seen(expected, rank, in_order, at, by_name)
    found += [
        Finding(Found.SEEN_ABSENT, at[one.item], one.item, detail=one.absent.value)
        for one in expected
        if one.absent is not None and one.item in at
    ]
    should = [one for one in expected if one.absent is None]
    walk = {place.name: number for number, place in enumerate(places)}
    found.sort(key=lambda one: (walk.get(one.place, len(walk)), rank.get(one.item, -1), one.kind, one.item, one.uid))
    return Report(tuple(found), len(should), sum(one.item in at for one in should), swaps)


def _places(sightings: Sequence[Sighting], rank: Mapping[str, int]) -> list[_Place]:
    """In the order of what stands there; those with nothing of the list come last."""
    seen: dict[str, dict[tuple[str, int], dict[str, list[int]]]] = defaultdict(lambda: defaultdict(dict))
    for number, one in enumerate(sightings):
        if one.item:
            seen[one.place][one.station, one.sweep].setdefault(one.item, []).append(number)
    places = []
    for name, sweeps in seen.items():
        stands: dict[str, list[float]] = defaultdict(list)
        for passed in sweeps.values():
            order = sorted(passed, key=lambda item: median(passed[item]))
            for item, stood in _on_the_list(_from_the_left(order, rank), rank):
                stands[item].append(stood)
        place = _Place(
            name,
            len(sweeps),
            {item: median(told) for item, told in stands.items()},
            {item: len(told) for item, told in stands.items()},
        )
        ranks = [rank[item] for item in place.stands if item in rank]
        if ranks:
            place.middle = median(ranks)
        places.append(place)
    return sorted(places, key=lambda place: (place.middle < 0, place.middle))


def _from_the_left(order: Sequence[str], rank: Mapping[str, int]) -> Sequence[str]:
    """A wand may pass a shelf from its end: then most neighbours fall instead of growing."""
    ranks = [rank[item] for item in order if item in rank]
    step = max(1, len(ranks) // 10)
    grows = sum(1 if after > before else -1 for before, after in zip(ranks, ranks[step:], strict=False))
    return order if grows >= 0 else order[::-1]


def _on_the_list(order: Sequence[str], rank: Mapping[str, int]) -> Iterator[tuple[str, float]]:
    """Each copy with the place on the list at which it stands, judged by its neighbours: what a sweep missed moves all
    that follows, and two sweeps never miss the same."""
    listed = [number for number, item in enumerate(order) if item in rank]
    ahead = [rank[order[number]] - number for number in listed]
    here = 0
    for number, item in enumerate(order):
        while here < len(listed) and listed[here] < number:
            here += 1
        around = ahead[max(0, here - NEIGHBOURS) : here + NEIGHBOURS + 1]
        yield item, number + (median(around) if around else 0)


def _where(places: Sequence[_Place], rank: Mapping[str, int]) -> dict[str, str]:
    """The one place of each copy. Of several it is the one nearest to where it belongs: a wand sees through a shelf,
    and into the next room."""
    at: dict[str, _Place] = {}
    for place in places:
        for item in place.stands:
            known = at.get(item)
            if known is None or abs(place.middle - rank.get(item, -1)) < abs(known.middle - rank.get(item, -1)):
                at[item] = place
    return {item: place.name for item, place in at.items()}


def _in_walking_order(places: Sequence[_Place], at: Mapping[str, str], rank: Mapping[str, int]) -> list[str]:
    return [
        item
        for place in places
        for item in sorted(place.stands, key=place.stands.__getitem__)
        if item in rank and at[item] == place.name
    ]


def _strangers(
    sightings: Sequence[Sighting], at: Mapping[str, str], rank: Mapping[str, int], catalogued: frozenset[str]
) -> list[Finding]:
    found = [
        Finding(Found.NOT_HERE if item in catalogued else Found.NOT_IN_CATALOGUE, place, item)
        for item, place in at.items()
        if item not in rank
    ]
    tags = {one.uid: one.place for one in sightings if not one.item}
    return found + [Finding(Found.UNKNOWN_TAG, place, uid=uid) for uid, place in tags.items()]


def _wrong_bytes(
    expected: Sequence[Expected],
    sightings: Sequence[Sighting],
    rank: Mapping[str, int],
    in_stock: int | None,
    at: Mapping[str, str],
) -> list[Finding]:
    """Of copies that may stand there; of the others their being there is said. The last reading counts."""
    bytes_read = {one.item: one.afi for one in sightings if one.item in rank and one.afi is not None}
    return [
        Finding(Found.WRONG_SECURITY, at[item], item, detail=f"{afi:02X}")
        for item, afi in bytes_read.items()
        if in_stock is not None and afi != in_stock and expected[rank[item]].absent is None
    ]


def _not_seen(
    expected: Sequence[Expected],
    rank: Mapping[str, int],
    in_order: Sequence[str],
    at: Mapping[str, str],
    places: Mapping[str, _Place],
) -> list[Finding]:
    """Each under the place of whoever stands before it; by name only where that was passed often and well enough."""
    anchors = sorted(rank[item] for item in in_order)
    absent_at: dict[str, list[str]] = defaultdict(list)
    there: dict[str, int] = defaultdict(int)
    for number, one in enumerate(expected):
        if one.absent is not None:
            continue
        if one.item in at:
            there[at[one.item]] += 1
            continue
        before = bisect_right(anchors, number)
        anchor = anchors[max(0, before - 1)] if anchors else None
        absent_at["" if anchor is None else at[expected[anchor].item]].append(one.item)
    found: list[Finding] = []
    for name, gone in absent_at.items():
        place = places.get(name)
        rate = there[name] / (there[name] + len(gone))
        if place is None or place.sweeps < SWEEPS_NEEDED or rate < RATE_NEEDED:
            found.append(Finding(Found.PASS_AGAIN, name, detail=f"{int(rate * 100)}"))
        else:
            found += [Finding(Found.NOT_SEEN, name, item) for item in gone]
    return found
