"""The copy that kiosks lend by, of a large library: `python -m tests.performance.copy_to_lend_by`.

200,000 patrons with a card each and 1,000,000 items on SQLite. How long central makes it beside questions at 200 a
second, how large it is, and what a look-up costs at a kiosk. No test: what it finds depends on the machine.
"""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path
from random import Random

from sqlalchemy import Engine, insert, text

from kiosk.central.copies.board import Board
from kiosk.central.copies.issuing import Issuing
from kiosk.central.copies.settings import CopiesSettings
from kiosk.central.store import open_store, upgrade, writing
from kiosk.central.store.tables import cards
from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.offline import Alone, OfflinePolicy, Wish, decide
from kiosk.wire.offline_copy import CopyFile
from kiosk.wire.signing import public_key
from tests.performance.central_load import BEGINS, DESK, ITEMS, PATRONS, batched, fill
from tests.performance.central_load import decide as questions

LOOK_UPS = 20_000


def made(engine: Engine, folder: Path) -> float:
    """Seconds."""
    issuing = Issuing(engine, DESK, "main", "Asia/Shanghai", CopiesSettings(folder), Board("main", lambda _: None))
    began_s = time.perf_counter()
    issuing.once(BEGINS)
    return time.perf_counter() - began_s


def looked_up(copy: CopyFile) -> float:
    """Microseconds for a whole decision."""
    alone, numbers = Alone(OfflinePolicy(), BEGINS, "Asia/Shanghai", copy, needs_copy=True), Random(3)
    wishes = [
        Wish(
            PatronRef(f"card:{numbers.randrange(PATRONS):08X}"),
            ItemId(f"i{numbers.randrange(ITEMS)}"),
            tag_says_lent=False,
            may_borrow=None,
            lent_before=0,
        )
        for _ in range(LOOK_UPS)
    ]
    began_s = time.perf_counter()
    for wish in wishes:
        decide(alone, wish)
    return (time.perf_counter() - began_s) / LOOK_UPS * 1e6


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="copy-", dir=Path.cwd()) as name:
        folder = Path(name)
        engine = open_store(f"sqlite:///{folder / 'central.sqlite'}")
        upgrade(engine)
        fill(engine)
        with writing(engine) as connection:
            for numbers in batched(range(PATRONS), 10_000):
                connection.execute(insert(cards), [{"token": f"{n:08X}", "patron": f"p{n}"} for n in numbers])
            connection.execute(text("UPDATE items SET held_for = 'p7' WHERE id = 'i7'"))
        took: list[float] = []
        making = threading.Thread(target=lambda: took.append(made(engine, folder / "copies")))
        making.start()
        took_ms = questions(engine)
        making.join()
        quiet_s = made(engine, folder / "copies")
        began_s = time.perf_counter()
        path = folder / "copies" / "offline.copy"
        copy = CopyFile.open(path, public_key(folder / "copies" / "signing.pub"), "main", "kiosk-1")
        opened_s = time.perf_counter() - began_s
        print(f"made in {took[0]:.1f} s beside 200 questions a second, {quiet_s:.1f} s alone")
        print(f"{path.stat().st_size:,} bytes")
        print(f"questions meanwhile: p99 {took_ms[len(took_ms) * 99 // 100]:.1f} ms, slowest {took_ms[-1]:.1f} ms")
        print(f"checked and opened in {opened_s:.2f} s; a decision {looked_up(copy):.0f} us")
        engine.dispose()


if __name__ == "__main__":
    main()
