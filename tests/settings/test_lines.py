"""Where keys stand in a file: each key that `tomllib` reads has the line on which it was written."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.settings.lines import line_of, lines_of

TEXT = '''# a comment with = and [brackets]
name = "Two # books"      # another one
story = """first
second = "not a key"
\\"""third"""
raw = \'\'\'a = 1\'\'\'
dotted.key.deep = [
  1,
  # two
  { x = 1, y = { z = [3,
    4] } },
]
when = 2026-11-26 10:00:00

[setting]
"quoted key" = {a = 1, b = 'c }'}

[[step]]
do = "look"
[step.expect]
screen = "home"
[[step.expect.items]]
book = "1"
[[step.expect.items]]
book = "2"
[[step]]
do = "touch"
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("name", 2),
        ("story", 3),
        ("raw", 6),
        ("dotted.key.deep", 7),
        ("dotted.key.deep.1", 8),
        ("dotted.key.deep.2.x", 10),
        ("dotted.key.deep.2.y.z.2", 11),
        ("when", 13),
        ("setting", 15),
        ("setting.quoted key.b", 16),
        ("step.1.do", 19),
        ("step.1.expect.screen", 21),
        ("step.1.expect.items.2.book", 25),
        ("step.2", 26),
        ("step.2.do", 27),
        ("step.2.missing.deeper", 26),
    ],
)
def test_each_key_has_its_line(key: str, line: int) -> None:
    assert line_of(lines_of(TEXT), key) == line


def test_what_is_nowhere_has_no_line() -> None:
    assert line_of(lines_of(TEXT), "nothing.of.it") is None
    assert lines_of("") == {}


def paths(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key path of what `tomllib` read."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value, start=1):
            yield from paths(inner, (*path, str(place)))


KEYS = st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True)
SCALARS = st.integers(-9, 9) | st.booleans() | st.text("ab#=[]{}\"'\\\n,. ", max_size=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


def written(value: object, broken: bool) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case str():
            return json.dumps(value)
        case list():
            gap = "\n  " if broken else " "
            return "[" + "".join(gap + written(one, broken) + "," for one in value) + gap.rstrip(" ") + "]"
        case dict():
            return "{" + ", ".join(f"{key} = {written(one, False)}" for key, one in value.items()) + "}"
        case _:
            raise AssertionError(value)


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=6), st.booleans(), st.lists(st.integers(0, 3), max_size=6))
def test_every_key_that_is_read_is_found(table: dict[str, object], broken: bool, gaps: list[int]) -> None:
    text = "".join(
        "# = [x]\n" * (gaps[place % len(gaps)] if gaps else 0) + f"{key} = {written(value, broken)}\n"
        for place, (key, value) in enumerate(table.items())
    )
    read = tomllib.loads(text)
    lines = lines_of(text)
    rows = text.split("\n")
    for path in paths(read):
        line = lines[".".join(path)]
        if len(path) == 1:
            assert rows[line - 1].startswith(f"{path[0]} = ")
        assert lines[path[0]] <= line


@pytest.mark.parametrize(
    "file", sorted(Path(__file__).parents[1].glob("scenarios/**/*.toml")), ids=lambda file: file.stem
)
def test_every_key_of_every_scenario_is_found(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    lines = lines_of(text)
    for path in paths(tomllib.loads(text)):
        if path[-1].isdigit():
            continue
        assert path[-1] in text.split("\n")[lines[".".join(path)] - 1], path
