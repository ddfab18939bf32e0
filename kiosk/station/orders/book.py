"""What a station keeps of commands, on its disk: a file of its own beside the ledger. Nothing in it names a patron."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Index,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import DatabaseError

from kiosk.ledger.failures import as_storage_failure, is_damage, storage
from kiosk.ledger.opening import LASTING, SIDE_FILES, engine_of
from kiosk.wire import Command, CommandKind, CommandResult, CommandState
from kiosk.wire.fields import Fields, Json

BOOK = "commands.sqlite"
KEPT = timedelta(days=400)
"""How long a nonce is remembered; a command lives for ten minutes, and a clock is seldom a year wrong."""

metadata = MetaData()
commands = Table(
    "commands",
    metadata,
    Column("id", Text, primary_key=True),
    Column("nonce", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("arguments", Text, nullable=False, comment="JSON"),
    Column("issued", Text, nullable=False, comment="UTC"),
    Column("expires", Text, nullable=False, comment="UTC"),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("details", Text, nullable=False, comment="JSON"),
    Column("changed_at", Text, nullable=False, comment="UTC"),
    Index("commands_by_issued", "issued"),
)
lost = Table("lost", metadata, Column("at", Text, primary_key=True, comment="UTC: a broken file was put aside"))

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A command that was believed, and how far it is."""

    id: str
    kind: CommandKind
    arguments: Mapping[str, Json]
    issued: datetime
    expires: datetime
    result: CommandResult

    @property
    def state(self) -> CommandState:
        return self.result.state

    def fields(self) -> Fields:
        """The arguments, to be read like any message."""
        return Fields(self.arguments, "data.arguments")


class Book:
    """Safe to use from every thread. Every method raises `StorageFailure`."""

    def __init__(self, folder: Path, now: datetime) -> None:
        path = folder / BOOK
        self._engine = engine_of(path, LASTING)
        try:
            with self._engine.begin() as connection:
                metadata.create_all(connection)
        except DatabaseError as failure:
            if not is_damage(failure.orig):
                raise as_storage_failure(failure.orig) from failure
            self._begin_anew(path, now)

    def close(self) -> None:
        self._engine.dispose()

    def _begin_anew(self, path: Path, now: datetime) -> None:
        """The file is broken: kept aside. Its nonces are lost, so that no command issued before now is believed."""
        self._engine.dispose()
        for side in SIDE_FILES:
            found = path.with_name(path.name + side)
            if found.exists():
                found.replace(found.with_name(f"{found.name}.damaged"))
        log.error("%s was damaged: it is kept beside; commands issued before now are refused", path)
        with self._writing() as connection:
            metadata.create_all(connection)
            connection.execute(insert(lost).values(at=_text(now)))

    def lost_at(self) -> datetime | None:
        """When what was heard before was lost with a broken file."""
        with self._writing() as connection:
            found = connection.scalar(select(func.max(lost.c.at)))
        return None if found is None else datetime.fromisoformat(found)

    def heard(self, id_: str, nonce: str) -> bool:
        """Whether a command of this id or nonce was believed before."""
        known = select(commands.c.id).where(or_(commands.c.id == id_, commands.c.nonce == nonce))
        with self._writing() as connection:
            return connection.execute(known).first() is not None

    def newest(self) -> datetime | None:
        """When the newest command was issued."""
        with self._writing() as connection:
            found = connection.scalar(select(func.max(commands.c.issued)))
        return None if found is None else datetime.fromisoformat(found)

    def accept(self, command: Command, at: datetime) -> Kept:
        """Keep a command that is believed, its nonce for ever; what is very old goes."""
        with self._writing() as connection:
            connection.execute(delete(commands).where(commands.c.issued < _text(at - KEPT)))
            connection.execute(
                insert(commands).values(
                    id=command.id,
                    nonce=command.nonce,
                    kind=command.kind.value,
                    arguments=json.dumps(command.arguments),
                    issued=_text(command.issued),
                    expires=_text(command.expires),
                    state=CommandState.ACCEPTED.value,
                    reason="",
                    details="{}",
                    changed_at=_text(at),
                )
            )
        result = CommandResult(command.id, CommandState.ACCEPTED, at)
        return Kept(command.id, command.kind, command.arguments, command.issued, command.expires, result)

    def note(self, result: CommandResult) -> bool:
        """Keep how far a command is; whether that is news. One that has ended stays as it ended."""
        final = [state.value for state in CommandState if state.is_final]
        change = (
            update(commands)
            .where(commands.c.id == result.command, commands.c.state.not_in(final))
            .values(
                state=result.state.value,
                reason=result.reason,
                details=json.dumps(dict(result.details)),
                changed_at=_text(result.at),
            )
        )
        with self._writing() as connection:
            return connection.execute(change).rowcount > 0

    def open(self) -> list[Kept]:
        """Those that have not ended, the oldest first."""
        final = [state.value for state in CommandState if state.is_final]
        return self._read(select(commands).where(commands.c.state.not_in(final)).order_by(commands.c.issued))

    def last(self, count: int, kind: CommandKind | None = None) -> list[Kept]:
        """The newest, the newest first."""
        query = select(commands).order_by(commands.c.issued.desc(), commands.c.changed_at.desc()).limit(count)
        return self._read(query if kind is None else query.where(commands.c.kind == kind.value))

    def _read(self, query: Select[Any]) -> list[Kept]:
        with self._writing() as connection:
            return [_kept(row) for row in connection.execute(query)]

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with storage(), self._engine.begin() as connection:
            yield connection


def _kept(row: Row[Any]) -> Kept:
    found = row._mapping
    details = tuple(json.loads(found["details"]).items())
    state = CommandState(found["state"])
    result = CommandResult(found["id"], state, datetime.fromisoformat(found["changed_at"]), found["reason"], details)
    return Kept(
        found["id"],
        CommandKind(found["kind"]),
        json.loads(found["arguments"]),
        datetime.fromisoformat(found["issued"]),
        datetime.fromisoformat(found["expires"]),
        result,
    )


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
