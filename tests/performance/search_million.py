"""How long a search takes in an index of many records: `python -m tests.performance.search_million [FILE…]`.

The records of the files (those of `tests/data` where none is named) are recombined until there are enough: the first
part of one title, the rest of another, the names of a third. Queries are pieces of what stands there, drawn by a seed.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, text

from kiosk.central.catalogue.reading import Catalogued, read_file, read_records
from kiosk.central.catalogue.records import BibRecord, Searchable
from kiosk.central.search.folding import fold, runs
from kiosk.central.search.indexing import enter
from kiosk.central.search.lexemes import entry
from kiosk.central.search.sounds import syllables
from kiosk.central.search.sources import Source
from kiosk.central.search.wider import find
from kiosk.central.store import open_store, upgrade, writing

FILES = [Path("tests/data/loc_chinese_600.mrc"), Path("tests/data/loc_mixed_600.mrc")]
AT_ONCE = 2_000


def main() -> None:
    command = argparse.ArgumentParser(description=__doc__)
    command.add_argument("files", nargs="*", type=Path, default=FILES)
    command.add_argument("--records", type=int, default=1_000_000)
    command.add_argument("--each", type=int, default=400, help="queries of each kind")
    command.add_argument("--url", help="an empty database, instead of a SQLite file that goes")
    arguments = command.parse_args()
    some = records(arguments.files)
    with TemporaryDirectory(prefix="search-million-", dir=".") as folder:
        engine = open_store(arguments.url or f"sqlite:///{folder}/index.sqlite")
        upgrade(engine)
        began = time.perf_counter()
        with writing(engine) as connection:
            build(connection, some, arguments.records)
        print(f"{arguments.records} records entered in {time.perf_counter() - began:.0f} s")
        if arguments.url is None:
            print(f"{(Path(folder) / 'index.sqlite').stat().st_size / 1e6:.0f} MB")
        else:
            with engine.connect() as connection:
                connection.execute(text("ANALYZE"))
                connection.commit()
        gc.freeze()  # the records that queries are drawn from are no part of what is measured
        with engine.connect() as connection:
            measure(connection, queries(some), arguments.each)
        engine.dispose()


def records(files: Sequence[Path]) -> list[BibRecord]:
    found: list[BibRecord] = []
    seen: set[str] = set()
    for file in files:
        found += [one.record for one in read_records(read_file(file), seen) if isinstance(one, Catalogued)]
    return found


def build(connection: Connection, some: Sequence[BibRecord], wanted: int) -> None:
    chance = random.Random(1)
    rows: list[Source] = []
    for number in range(wanted):
        one = some[number] if number < len(some) else recombined(chance, some)
        rows.append(Source(f"n{number}", None, entry(one.searched, [i.text for i in one.isbns], [one.call_number])))
        if len(rows) == AT_ONCE:
            enter(connection, rows)
            rows = []
            if number % 50_000 == AT_ONCE - 1:
                print(f"\r{number}", end="", file=sys.stderr)
    enter(connection, rows)


def recombined(chance: random.Random, some: Sequence[BibRecord]) -> BibRecord:
    """A title of two records in one script, the names and subjects of the second."""
    one, other = chance.choice(some), chance.choice(some)
    chinese = len(one.searched.titles) > 1
    while (len(other.searched.titles) > 1) is not chinese:
        other = chance.choice(some)
    titles = tuple(
        f"{first.split(':')[0]} {last.split(':')[-1]}"
        for first, last in zip(one.searched.titles, other.searched.titles, strict=False)
    )
    searched = Searchable(titles, other.searched.names, other.searched.more, titles[:1] if chinese else ())
    return replace(one, searched=searched, isbns=())


def queries(some: Sequence[BibRecord]) -> dict[str, Callable[[random.Random], str]]:
    """Kind → what draws one."""
    folded = [fold(title) for record in some for title in record.searched.titles]
    han = [run.text for title in folded for run in runs(title) if run.is_han and len(run.text) >= 4]
    words = [run.text for title in folded for run in runs(title) if not run.paired and len(run.text) >= 4]
    names = [fold(name) for record in some for name in record.searched.names]
    common = [word for word, _ in Counter(words).most_common(30)]
    common_pairs = [
        pair for pair, _ in Counter(run[at : at + 2] for run in han for at in range(len(run) - 1)).most_common(30)
    ]
    isbns = [isbn.text for record in some for isbn in record.isbns]

    def piece(chance: random.Random, length: int) -> str:
        run = chance.choice(han)
        at = chance.randrange(len(run) - length + 1)
        return run[at : at + length]

    def slipped(chance: random.Random) -> str:
        word = chance.choice(words)
        at = chance.randrange(1, len(word) - 1)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    def pinyin(chance: random.Random, length: int) -> list[str]:
        return syllables(piece(chance, length))

    return {
        "1 Han character": lambda chance: piece(chance, 1),
        "2 Han characters": lambda chance: piece(chance, 2),
        "3 Han characters": lambda chance: piece(chance, 3),
        "4 Han characters": lambda chance: piece(chance, 4),
        "common pair": lambda chance: chance.choice(common_pairs),
        "word": lambda chance: chance.choice(words),
        "common word": lambda chance: chance.choice(common),
        "two words": lambda chance: f"{chance.choice(common)} {chance.choice(words)}",
        "two common words": lambda chance: " ".join(chance.sample(common, 2)),
        "1 letter": lambda chance: chance.choice(words)[:1],
        "2 letters": lambda chance: chance.choice(words)[:2],
        "3 letters": lambda chance: chance.choice(words)[:3],
        "name": lambda chance: chance.choice(names),
        "pinyin": lambda chance: "".join(pinyin(chance, 4)),
        "initials": lambda chance: "".join(one[0] for one in pinyin(chance, 4)),
        "ISBN": lambda chance: chance.choice(isbns),
        "typing error": slipped,
        "same sound": lambda chance: "".join(chance.sample(piece(chance, 4), 4)),
        "no such thing": lambda chance: "".join(chance.choices("qwxzjkv", k=9)),
    }


def measure(connection: Connection, kinds: dict[str, Callable[[random.Random], str]], each: int) -> None:
    print(
        f"{'kind':<18} {'p50 ms':>8} {'p99 ms':>8} {'most ms':>8}  {'found':>6}, by the clock and in this thread alone"
    )
    everything: list[float] = []
    alone: list[float] = []
    for kind, draw in kinds.items():
        chance = random.Random(2)
        took, worked, hits = [], [], 0
        for _ in range(each):
            typed = draw(chance)
            began, thread_began = time.perf_counter(), time.thread_time()
            found = find(connection, typed, finished=False)
            worked.append(1_000 * (time.thread_time() - thread_began))
            took.append(1_000 * (time.perf_counter() - began))
            hits += bool(found.hits)
        everything += took
        alone += worked
        print(told(kind, took, hits), told("", worked, hits))
    print(told("all", everything, len(everything)), told("", alone, len(alone)))


def told(kind: str, took: Sequence[float], hits: int) -> str:
    ordered = sorted(took)
    p50, p99 = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"{kind:<18} {p50:8.2f} {p99:8.2f} {ordered[-1]:8.2f}  {hits:6}"


if __name__ == "__main__":
    main()
