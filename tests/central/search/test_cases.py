"""Searches over real records: those of the table, and random ones judged by plain comparison."""

from __future__ import annotations

import io
import random
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache

import opencc
import pymarc
import pytest
from sqlalchemy import Connection

from kiosk.central.search.lexemes import Field
from kiosk.central.search.queries import ALL
from kiosk.central.search.wider import find
from tests.central.search.conftest import DATA, FILES

WHERE = {
    "any": ALL,
    "title": frozenset({Field.TITLE}),
    "name": frozenset({Field.NAME}),
    "isbn": frozenset({Field.NUMBER}),
    "pinyin": frozenset({Field.SOUND}),
    "initials": frozenset({Field.SOUND}),
}
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")


@dataclass(frozen=True, slots=True)
class Case:
    """A line of the table."""

    kind: str
    query: str
    where: str
    find: tuple[str, ...]
    exact: bool


CASES = [
    Case(one["kind"], one["query"], one["where"], tuple(one["find"]), one["exact"])
    for one in tomllib.loads((DATA / "search_cases.toml").read_text(encoding="utf-8"))["case"]
]


def found(index: Connection, query: str, where: str = "any", *, finished: bool = True) -> list[str | None]:
    return [hit.control_number for hit in find(index, query, WHERE[where], finished=finished).hits]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.query}"[:60])
def test_every_case_of_the_table_is_right(index: Connection, case: Case) -> None:
    there = found(index, case.query, case.where)
    assert set(case.find) == set(there) if case.exact else set(case.find) <= set(there)
    assert set(case.find) <= set(found(index, case.query))


@pytest.mark.parametrize("case", [case for case in CASES if case.find], ids=lambda case: case.query[:40])
def test_while_it_is_typed_nothing_is_lost(embedded: Connection, case: Case) -> None:
    assert set(case.find) <= set(found(embedded, case.query, finished=False))


@cache
def titles() -> dict[str, list[str]]:
    """Control number to runs of Chinese characters in the title and its partners, simplified: no index has a part in
    this."""
    simplify = opencc.OpenCC("t2s").convert
    told = {}
    for file in FILES:
        for record in pymarc.MARCReader(io.BytesIO(file.read_bytes()), force_utf8=True):
            fields = record.get_fields("245")
            fields += [f for f in record.get_fields("880") if any(s.startswith("245") for s in f.get_subfields("6"))]
            text = "\n".join(" ".join(field.get_subfields("a", "b", "n", "p")) for field in fields)
            runs = HAN.findall(unicodedata.normalize("NFKC", text))
            told[record["001"].data.strip()] = [simplify(run) for run in runs]
    return told


def test_random_pieces_of_titles_find_what_plain_comparison_finds(embedded: Connection) -> None:
    chance = random.Random(7)
    by_number = titles()
    runs = [run for some in by_number.values() for run in some]
    for _ in range(400):
        run = chance.choice(runs)
        length = min(chance.choice((1, 2, 2, 2, 3, 3, 4, 6)), len(run))
        at = chance.randrange(len(run) - length + 1)
        query = run[at : at + length]
        expected = {number for number, some in by_number.items() if any(query in one for one in some)}
        assert set(found(embedded, query, "title")) == expected, query
