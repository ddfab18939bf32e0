"""`kiosk search QUERY`: what the search of kiosk and console finds, in its order."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.commands.json_text import json_text
from kiosk.commands.options import add_config

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from kiosk.central.search.wider import Found

PLACES = ("any", "title", "name", "isbn", "pinyin", "initials")
MOST_SHOWN = 20


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "search",
        help="look for titles as kiosk and console do",
        description="Looks for QUERY in central's database, or in catalogue files. Chinese, pinyin, initials, words of "
        "any script, ISBNs, call numbers and item numbers are told apart by themselves. Where nothing is found, what "
        "may have been meant is looked for, and said so. Exit code 0 whether something is found or not.",
    )
    parser.add_argument("query", nargs="?", metavar="QUERY", help="as it would be typed at the kiosk")
    parser.add_argument(
        "--catalogue",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="build an index of these MARC 21 or CNMARC files, ask it, and throw it away",
    )
    parser.add_argument("--where", choices=PLACES, default="any", help="look only there (any)")
    parser.add_argument("--database", metavar="URL", help="with --catalogue: in temporary tables of this PostgreSQL")
    add_config(parser, required=False)
    parser.add_argument("--json", action="store_true", help='print {"find": [control numbers in their order]}')
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask, and tell. Raises `SettingsRefused` where a file cannot be used."""
    from kiosk.commands.central_store import NoStore

    query, catalogue = _query_and_files(arguments)
    if query is None or bool(catalogue) == (arguments.config is not None):
        what = "expected QUERY" if query is None else "expected --catalogue FILE… or --config DIR"
        print(f"kiosk search: {what}", file=sys.stderr)
        return 2
    try:
        with _index(arguments, catalogue) as connection:
            found = _asked(connection, query, arguments.where)
            lines = [json_text(_object(found))] if arguments.json else list(_told(connection, found))
    except NoStore as trouble:
        print(f"kiosk search: {trouble}", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


def _query_and_files(arguments: argparse.Namespace) -> tuple[str | None, list[Path]]:
    """`--catalogue a.mrc b.mrc QUERY` leaves the query among the files."""
    files: list[Path] = arguments.catalogue
    if arguments.query is None and len(files) > 1 and not files[-1].exists():
        return str(files[-1]), files[:-1]
    return arguments.query, files


@contextmanager
def _index(arguments: argparse.Namespace, catalogue: Sequence[Path]) -> Iterator[Connection]:
    if catalogue:
        from kiosk.central.search.throwaway import index_of

        with index_of(catalogue, arguments.database) as connection:
            yield connection
        return
    from kiosk.commands.central_store import opened

    with opened(arguments) as engine, engine.connect() as connection:
        yield connection


def _asked(connection: Connection, query: str, place: str) -> Found:
    from kiosk.central.search.lexemes import Field
    from kiosk.central.search.queries import ALL
    from kiosk.central.search.wider import find

    field = {
        "title": Field.TITLE,
        "name": Field.NAME,
        "isbn": Field.NUMBER,
        "pinyin": Field.SOUND,
        "initials": Field.SOUND,
    }.get(place)
    return find(connection, query, ALL if field is None else frozenset({field}), finished=True)


def _object(found: Found) -> dict[str, object]:
    told: dict[str, object] = {"find": [hit.control_number for hit in found.hits if hit.control_number is not None]}
    if copies := [hit.item for hit in found.hits if hit.item is not None]:
        told["copies"] = copies
    if found.meant:
        told |= {"how": found.how.value, "meant": found.meant}
    return told


def _told(connection: Connection, found: Found) -> Iterator[str]:
    from kiosk.central.search.titles import titles_of

    if found.meant:
        yield f"nothing has just this; {found.how.value}: {found.meant}"
    shown = found.hits[:MOST_SHOWN]
    for title in titles_of(connection, shown):
        yield f"{title.key}  {title.title}{f' / {title.author}' if title.author else ''}"
    if len(found.hits) > len(shown) or found.more:
        yield f"… {len(found.hits)}{'+' if found.more else ''} in all"
    elif not found.hits:
        yield "nothing found"
