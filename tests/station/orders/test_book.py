"""The book of commands when its file is broken: kept aside, and nothing from before is believed again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiosk.station.orders.book import BOOK, Book
from kiosk.wire import Command, CommandKind, CommandResult, CommandState, Station

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
COMMAND = Command("c", Station("main", "k"), CommandKind.RESCAN, NOW, NOW + timedelta(minutes=5), "n", "key")


def test_what_was_believed_is_known_after_a_power_cut_and_an_end_stays_an_end(tmp_path: Path) -> None:
    book = Book(tmp_path, NOW)
    book.accept(COMMAND, NOW)
    assert book.note(CommandResult("c", CommandState.DONE, NOW))
    again = Book(tmp_path, NOW)
    assert again.heard("c", "other")
    assert again.heard("other", "n")
    assert not again.heard("other", "other")
    assert not again.note(CommandResult("c", CommandState.FAILED, NOW))
    assert again.last(1)[0].state is CommandState.DONE
    assert again.newest() == NOW


def test_a_damaged_book_is_kept_aside_and_remembers_when_it_was_lost(tmp_path: Path) -> None:
    Book(tmp_path, NOW).close()
    (tmp_path / BOOK).write_bytes(b"no database" * 1_000)
    for side in ("-wal", "-shm"):
        (tmp_path / (BOOK + side)).unlink(missing_ok=True)
    book = Book(tmp_path, NOW)
    assert book.lost_at() == NOW
    assert (tmp_path / f"{BOOK}.damaged").exists()
    assert Book(tmp_path, NOW + timedelta(days=1)).lost_at() == NOW
