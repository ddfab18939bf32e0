"""Patrons as they are typed or come in a table: each field read strictly, each fault with the field and what was
expected. The same reading for a form and for a file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select, update

from kiosk.central.notices.channels import Channel
from kiosk.central.store.tables import cards, patrons
from kiosk.model.cards import card_token
from kiosk.model.circulation import Language
from kiosk.model.mail_address import is_address
from kiosk.web.trail import Changes

NEEDED = ("id", "given_name", "category")
OTHERS = (
    "family_name",
    "expires",
    "born",
    "guardian",
    "language",
    "blocked",
    "card_lost",
    "email",
    "phone",
    "wecom",
    "channels",
    "no_reminders",
    "cards",
)
FIELDS = (*NEEDED, *OTHERS)
PERSONAL = frozenset({"given_name", "family_name", "born", "guardian", "email", "phone", "wecom", "cards"})
"""Fields whose values the audit trail, which is for ever, does not keep."""
LONGEST = {"id": 64, "given_name": 128, "family_name": 128, "category": 32, "guardian": 64, "email": 254, "wecom": 64}
LONGEST_CARD = 128
_PHONE = re.compile(r"\+?[0-9]{5,15}")
"""ITU-T E.164, with or without the country."""
_EMAIL = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+", re.ASCII)
"""Good enough to send to: what a mail server knows of an address is known by trying."""
YES, NO = frozenset({"yes", "true", "1", "是"}), frozenset({"no", "false", "0", "否", ""})


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with a field: the key of its sentence under `row.`, and its values."""

    field: str
    key: str
    values: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class PatronRow:
    """What was read: only fields that were there. Columns of the table, and `cards` as a tuple of tokens."""

    values: Mapping[str, object]
    cards: tuple[str, ...] | None

    @property
    def id(self) -> str:
        return str(self.values["id"])


def read(cells: Mapping[str, str], today: date) -> tuple[PatronRow, tuple[FieldFault, ...]]:
    """Fields by their names. What is faulty is left out of the row."""
    values: dict[str, object] = {}
    faults: list[FieldFault] = []
    for name, text in cells.items():
        if name == "cards":
            continue
        try:
            values[name] = _READERS[name](name, text.strip(), today)
        except _Faulty as faulty:
            faults.append(FieldFault(name, faulty.key, faulty.values))
    tokens = None
    if "cards" in cells:
        tokens = tuple(dict.fromkeys(card_token(token) for token in cells["cards"].split()))
        if any(len(token) > LONGEST_CARD or not token.isprintable() for token in tokens):
            faults.append(FieldFault("cards", "long", {"count": LONGEST_CARD}))
    return PatronRow(values, tokens), tuple(faults)


class _Faulty(Exception):
    def __init__(self, key: str, **values: str | int) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def _number(name: str, text: str, today: date) -> str | None:
    if not text:
        if name == "guardian":
            return None
        raise _Faulty("empty")
    if not text.isprintable() or any(sign.isspace() for sign in text):
        raise _Faulty("id")
    return _text(name, text, today)


def _needed(name: str, text: str, today: date) -> str:
    if not text:
        raise _Faulty("empty")
    return _text(name, text, today)


def _text(name: str, text: str, today: date) -> str:
    if len(text) > LONGEST[name]:
        raise _Faulty("long", count=LONGEST[name])
    if not text.isprintable():
        raise _Faulty("id")
    return text


def _day(name: str, text: str, today: date) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _Faulty("day", found=text[:40]) from None
    if name == "born" and day > today:
        raise _Faulty("born-later")
    return day


def _language(name: str, text: str, today: date) -> str | None:
    if text and text not in set(Language):
        raise _Faulty("language")
    return text or None


def _flag(name: str, text: str, today: date) -> bool:
    if text.lower() not in YES | NO:
        raise _Faulty("flag")
    return text.lower() in YES


def _email(name: str, text: str, today: date) -> str | None:
    if text and not is_address(text):
        raise _Faulty("email")
    return text or None


def _phone(name: str, text: str, today: date) -> str | None:
    number = re.sub(r"[ ()./-]", "", text)
    if number and _PHONE.fullmatch(number) is None:
        raise _Faulty("phone")
    return number or None


def _wecom(name: str, text: str, today: date) -> str | None:
    if "|" in text or text.lower() == "@all":  # WeCom's words for several, and for everybody
        raise _Faulty("id")
    return _number("guardian", text, today)


def _channels(name: str, text: str, today: date) -> str:
    wanted = text.lower().replace(",", " ").split()
    if not set(wanted) <= set(Channel) or len(set(wanted)) < len(wanted):
        raise _Faulty("channels")
    return " ".join(wanted)


_READERS: Mapping[str, Callable[[str, str, date], object]] = {
    "id": _number,
    "guardian": _number,
    "given_name": _needed,
    "category": _needed,
    "family_name": _text,
    "expires": _day,
    "born": _day,
    "language": _language,
    "blocked": _flag,
    "card_lost": _flag,
    "email": _email,
    "phone": _phone,
    "wecom": _wecom,
    "channels": _channels,
    "no_reminders": _flag,
}


def kept(connection: Connection, patrons_: Sequence[str]) -> dict[str, dict[str, str]]:
    """What the store has of these patrons, as a form shows it; by number. At most some hundreds at once."""
    tokens: dict[str, list[str]] = {}
    query = select(cards).where(cards.c.patron.in_(patrons_)).order_by(cards.c.token)
    for card in connection.execute(query):
        tokens.setdefault(card.patron, []).append(card.token)
    rows = connection.execute(select(patrons).where(patrons.c.id.in_(patrons_)))
    columns = [name for name in FIELDS if name != "cards"]
    return {
        row.id: {
            **{name: _as_text(getattr(row, name)) for name in columns},
            "cards": "\n".join(tokens.get(row.id, ())),
        }
        for row in rows
    }


def version(shown: Mapping[str, str]) -> str:
    """What a form was made of: another one means that somebody changed the patron since."""
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:32]


def enter(connection: Connection, rows: Sequence[PatronRow]) -> None:
    """Enter new patrons with their cards. All rows have the same fields: they are of one file."""
    if not rows:
        return
    connection.execute(insert(patrons), [dict(row.values) for row in rows])
    tokens = [{"token": token, "patron": row.id} for row in rows for token in row.cards or ()]
    if tokens:
        connection.execute(insert(cards), tokens)


def change(connection: Connection, rows: Sequence[tuple[PatronRow, Changes]]) -> None:
    """Change patrons who are there. All rows have the same fields."""
    names = [name for name in (rows[0][0].values if rows else ()) if name != "id"]
    if names:
        new: dict[str, BindParameter[object]] = {name: bindparam(f"new_{name}") for name in names}
        one = update(patrons).where(patrons.c.id == bindparam("of")).values(new)
        told = [{"of": row.id, **{f"new_{name}": row.values[name] for name in names}} for row, _ in rows]
        connection.execute(one, told)
    for row, changes in rows:
        if "cards" in changes:
            _give_cards(connection, row)


def _give_cards(connection: Connection, row: PatronRow) -> None:
    tokens = row.cards or ()
    connection.execute(delete(cards).where(cards.c.patron == row.id, cards.c.token.not_in(tokens)))
    there = set(connection.scalars(select(cards.c.token).where(cards.c.patron == row.id)))
    more = [{"token": token, "patron": row.id} for token in tokens if token not in there]
    if more:
        connection.execute(insert(cards), more)


def difference(before: Mapping[str, str], row: PatronRow) -> Changes:
    """Field → (before, after), of what the row changes, as texts."""
    after = {name: _as_text(value) for name, value in row.values.items()}
    if row.cards is not None:
        after["cards"] = "\n".join(sorted(row.cards))
    return {name: (before[name], text) for name, text in after.items() if before[name] != text}


def _as_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case date():
            return value.isoformat()
        case _:
            return str(value)
