"""The policy tester: what the library's rules would say of a case, and why. Nothing is changed, nobody is asked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.central.console.asked import Answer, Asked, BadField, Page, Shown, amount
from kiosk.central.console.circulating import sentences
from kiosk.rules.cases import Case, Kind
from kiosk.rules.trying import try_case
from kiosk.settings import SettingsRefused
from kiosk.settings.convert import convert
from kiosk.web.roles import Permission

KINDS = (Kind.CHECKOUT, Kind.RENEW, Kind.CHECKIN)
TEXTS = {"at": "event.at", "branch": "event.branch", "category": "patron.category", "expires": "patron.expires"}
TEXTS |= {"loan_class": "item.loan_class", "due": "loan.due"}
NUMBERS = {"loans": "patron.loans", "renewals": "loan.renewals"}
MONEY = {"owes": "patron.owes_cents", "price": "item.price_cents"}


def rules(asked: Asked) -> Answer:
    """The form, and with its values in the address the answer: a case can be sent to a colleague as a link."""
    local = asked.now.astimezone(ZoneInfo(asked.console.time_zone))
    values: dict[str, object] = {
        "kinds": [kind.value for kind in KINDS],
        "typed": {"at": local.strftime("%Y-%m-%dT%H:%M"), "kind": Kind.CHECKOUT.value, **asked.query},
        "fields": [*TEXTS, *NUMBERS, *MONEY],
        "tried": None,
        "why": [],
        "fault": "",
    }
    if "kind" not in asked.query:
        return Shown("rules.html", values)
    try:
        case = _case(asked)
    except (SettingsRefused, BadField) as bad:
        first = str(bad.faults[0]) if isinstance(bad, SettingsRefused) else f"{bad.name}: {asked.say(bad.key)}"
        return Shown("rules.html", {**values, "fault": first}, 422)
    tried = try_case(case, asked.console.desk.policy)
    until = tried.said.get("due")
    shown = {**values, "tried": tried.said, "why": sentences(asked, tried.why)}
    return Shown("rules.html", shown | {"until": datetime.fromisoformat(until) if isinstance(until, str) else None})


def _case(asked: Asked) -> Case:
    """Raises `SettingsRefused` with what the case lacks, or `BadField`."""
    kind = asked.query.get("kind", "")
    table: dict[str, dict[str, object]] = {"event": {"kind": kind}, "patron": {}, "item": {}, "loan": {}, "holds": {}}
    for name, key in TEXTS.items():
        if asked.query.get(name, "").strip():
            _put(table, key, asked.query[name].strip())
    for name, key in NUMBERS.items():
        _put(table, key, _whole(name, asked.query.get(name, "")))
    for name, key in MONEY.items():
        _put(table, key, _cents(name, asked.query.get(name, "")))
    if asked.query.get("blocked"):
        _put(table, "patron.blocked", True)
    if asked.query.get("waiting"):
        _put(table, "holds.title", 1)
    if kind == Kind.CHECKOUT or "due" not in table["loan"]:
        del table["loan"]
    return convert(Case, {"name": "console", **table}, file="", folder=Path())


def _put(table: dict[str, dict[str, object]], key: str, value: object) -> None:
    part, _, name = key.partition(".")
    table[part][name] = value


def _whole(name: str, text: str) -> int:
    if text.strip() and not (text.strip().isascii() and text.strip().isdecimal()):
        raise BadField(name, "wrong.number")
    return int(text.strip()[:9] or 0)


def _cents(name: str, text: str) -> int:
    return 0 if text.strip() in ("", "0") else amount(name, text)


PAGES = (Page("/rules", Permission.RULES_READ, rules),)
