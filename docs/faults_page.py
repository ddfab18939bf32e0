"""`docs/faults.md`: every row of what can go wrong, with the tests that show what becomes of it.

A test belongs to a row by its name (`test_p01_…`), or because `tests/faults/rows.toml` names it.
"""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from re import compile as pattern

ROOT = Path(__file__).parents[1]
ROWS = ROOT / "tests" / "faults" / "rows.toml"
NAMED = pattern(r"test_([a-z])(\d\d)_")
SPAN = pattern(r"([A-Z])(\d\d)(?:-[A-Z](\d\d))?")
HEAD = """# Faults

What can go wrong, what holds all the same, and the tests that show it; `tests/faults/rows.toml` has the rows. All of
them run in `make test`. `make faults` runs them row by row and prints what came of each; `make faults ROW=P03` one.

*Seeds* names the kind of fault under which `kiosk simulate --faults KIND --seeds A-B` brings it about at random, while
the promises I1 to I8 (see [architecture](architecture.md#the-invariants)) are looked at after every step; CI plays 25
seeds with all kinds. Stories end in `.scenario.toml`: the suite plays them in virtual time, one or more of each kind
on real processes too, and `kiosk demo --scenario FILE` plays any.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that can go wrong."""

    id: str
    part: str
    what: str
    holds: str
    tests: tuple[str, ...]
    """As pytest names them, files of stories among them; sorted."""
    seeds: str = ""
    note: str = ""


@cache
def rows() -> tuple[Row, ...]:
    """All of them, in their order. Raises `ValueError` where a test is named that is not there."""
    found = test_functions()
    by_row = defaultdict(set)
    for test in found:
        if (named := NAMED.match(test.partition("::")[2])) is not None:
            by_row[named[1].upper() + named[2]].add(test)
    told = tomllib.loads(ROWS.read_text(encoding="utf-8"))["row"]
    return tuple(_row(table, by_row, found) for table in told)


def _row(table: Mapping[str, object], by_row: Mapping[str, set[str]], found: frozenset[str]) -> Row:
    words = {key: str(value) for key, value in table.items() if key != "tests"}
    listed = table.get("tests", [])
    assert isinstance(listed, list), "`tests` is a list"
    missing = [test for test in listed if test not in found and not (ROOT / test).is_file()]
    if missing:
        raise ValueError(f"{ROWS.name}, row {words['id']}: expected tests that are there, found {', '.join(missing)}")
    named = (test for one in ids_of(words["id"]) for test in by_row.get(one, ()))
    return Row(**words, tests=tuple(sorted({*listed, *named})))


def ids_of(name: str) -> list[str]:
    """`P01`, or each of `D01-D12`."""
    span = SPAN.fullmatch(name)
    assert span is not None, name
    return [f"{span[1]}{number:02}" for number in range(int(span[2]), int(span[3] or span[2]) + 1)]


@cache
def test_functions() -> frozenset[str]:
    """Every test of the suite that is a function, as `file::name`."""
    return frozenset(
        f"{path.relative_to(ROOT)}::{name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for name in _names(path)
    )


def _names(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name


def page() -> str:
    """The page's text."""
    parts = [HEAD]
    for part, of_it in groupby(rows(), lambda row: row.part):
        lines = [
            f"| {row.id} | {row.what} | {row.holds} | {_tests(row.tests)}{_note(row)} | {row.seeds} |" for row in of_it
        ]
        head = ["| row | what goes wrong | what holds | tests | seeds |", "|---|---|---|---|---|"]
        parts.append("\n".join([f"\n## {part}\n", *head, *lines, ""]))
    return "".join(parts)


def _tests(tests: Sequence[str]) -> str:
    return "<br>".join(f"[{_short(test)}](../{test.partition('::')[0]})" for test in tests) or "none"


def _short(test: str) -> str:
    file, _, name = test.partition("::")
    return (name.removeprefix("test_") if name else Path(file).name).replace("_", "\\_")


def _note(row: Row) -> str:
    return f"<br>({row.note})" if row.note else ""
