"""Templates: escaped, without a value that is missing, in the language of whoever reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kiosk.central.console.asked import Console, Shown, coded, money, new_form_id
from kiosk.model.circulation import Language
from kiosk.web.roles import Permission
from kiosk.web.sessions import Note, Session
from kiosk.words.sentences import CONSOLE, Words, own_name, words

TEMPLATES = Path(__file__).with_name("templates")
MENU: tuple[tuple[str, str, Permission | None], ...] = (
    ("today", "/console/", None),
    ("duties", "/console/duties", None),
    ("lend", "/console/desk", Permission.LOAN_WRITE),
    ("return", "/console/returns", Permission.LOAN_WRITE),
    ("patrons", "/console/patrons", Permission.PATRON_READ),
    ("applications", "/console/applications", Permission.PATRON_READ),
    ("items", "/console/items", Permission.ITEM_READ),
    ("loans", "/console/loans", Permission.LOAN_READ),
    ("holds", "/console/holds", Permission.HOLD_READ),
    ("lockers", "/console/lockers", Permission.HOLD_READ),
    ("damages", "/console/damages", Permission.DAMAGE_READ),
    ("charges", "/console/charges", Permission.CHARGE_READ),
    ("orders", "/console/orders", Permission.CHARGE_READ),
    ("waivers", "/console/waivers", Permission.CHARGE_READ),
    ("budget", "/console/budget", Permission.BUDGET_READ),
    ("notices", "/console/notices", Permission.NOTICE_READ),
    ("news", "/console/news", Permission.NEWS_READ),
    ("exceptions", "/console/exceptions", Permission.EXCEPTION_READ),
    ("findings", "/console/findings", Permission.FINDING_READ),
    ("climate", "/console/climate", Permission.CLIMATE_READ),
    ("gates", "/console/gates", Permission.GATE_READ),
    ("reports", "/console/reports", Permission.REPORT_READ),
    ("rules", "/console/rules", Permission.RULES_READ),
    ("import", "/console/import", Permission.PATRON_IMPORT),
    ("marc", "/console/marc", Permission.RECORD_IMPORT),
    ("audit", "/console/audit", Permission.AUDIT_READ),
    ("staff", "/console/staff", Permission.STAFF_READ),
)
"""Name, address, and who sees it: whoever may ask for its page."""
GROUPS = {
    "today": "desk",
    "patrons": "people",
    "items": "stock",
    "charges": "money",
    "notices": "telling",
    "exceptions": "watching",
    "reports": "figures",
    "import": "house",
}
"""Where a group of the menu begins; what is added between stands in the group before it."""
ACCESS_KEYS = {"lend": "l", "return": "r"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu."""

    name: str
    to: str
    key: str
    """With Alt it opens the page, whatever has the focus; empty: none."""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of the menu under one heading."""

    name: str
    entries: tuple[Entry, ...]


def menu_of(may: Set[Permission]) -> list[Group]:
    """What somebody with these permissions can open; groups of which they can open nothing are left out."""
    found: dict[str, list[Entry]] = {}
    group = ""
    for name, to, needs in MENU:
        group = GROUPS.get(name, group)
        if needs is None or needs in may:
            found.setdefault(group, []).append(Entry(name, to, ACCESS_KEYS.get(name, "")))
    return [Group(name, tuple(entries)) for name, entries in found.items()]


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Teller:
    """What templates call: words, days, money."""

    def __init__(self, language: Language, zone: str, currency: str) -> None:
        self.language = language
        self._words = words(language, CONSOLE)
        self._zone = ZoneInfo(zone)
        self._currency = currency

    def t(self, key: str, **values: str | int) -> str:
        return self._words.say(key, **values)

    def count(self, key: str, count: int) -> str:
        return self._words.count(key, count)

    def word(self, group: str, code: object) -> str:
        """The words for a code; the code itself where a later version made it."""
        return coded(self._words, group, code)

    def money(self, cents: int | None) -> str:
        return "" if cents is None else money(cents, self._currency)

    def day(self, value: date | datetime | None) -> str:
        """`2026-11-25`: as librarians write it, and as it sorts."""
        if isinstance(value, datetime):
            value = value.astimezone(self._zone).date()
        return "" if value is None else value.isoformat()

    def time(self, value: datetime | None) -> str:
        """`2026-11-25 10:42`."""
        return "" if value is None else value.astimezone(self._zone).strftime("%Y-%m-%d %H:%M")


def render(console: Console, session: Session, path: str, shown: Shown, notes: Sequence[Note], now: datetime) -> str:
    """A page for somebody who is signed in."""
    may = console.may(session.staff)
    tell = Teller(session.staff.language, console.time_zone, console.currency)
    return (
        _environment()
        .get_template(shown.template)
        .render(
            **_common(tell),
            staff=session.staff,
            csrf=session.csrf,
            menu=menu_of(may),
            here=path,
            can=lambda name: Permission(name) in may,
            notes=notes,
            now=now,
            **shown.values,
        )
    )


def render_alone(console: Console, language: Language, template: str, values: Mapping[str, object]) -> str:
    """A page for anybody: signing in."""
    tell = Teller(language, console.time_zone, console.currency)
    return _environment().get_template(template).render(**_common(tell), **values)


def _common(tell: Teller) -> dict[str, object]:
    return {
        "t": tell.t,
        "count": tell.count,
        "word": tell.word,
        "money": tell.money,
        "day": tell.day,
        "time": tell.time,
        "languages": [(one.value, own_name(one)) for one in Language],
        "lang": "zh-Hans" if tell.language is Language.ZH else "en",
        "new_form_id": new_form_id,
        "address": address,
    }


def address(path: str, **values: object) -> str:
    """A path with its query; values that are empty are left out."""
    told = {name: str(value) for name, value in values.items() if value not in (None, "")}
    return f"{path}?{urlencode(told)}" if told else path


def words_of(language: Language) -> Words:
    return words(language, CONSOLE)
