"""`docs/privacy.md`: what is kept of people, why, where and how long, made from the schemas.

Every table of central and of the ledger is named here, with its columns that are about a person or with none; a table
or column that is not named stops the page from being made, so that nobody adds one without saying so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import MetaData

from kiosk.central.forgetting import UPLOADS_KEPT
from kiosk.central.settings import HistorySettings
from kiosk.central.store.every_table import metadata as central
from kiosk.ledger.schema import metadata as ledger
from kiosk.library.duty_book import DUTIES
from kiosk.station.first_state import DAYS_OF_SERVICE, KEPT
from kiosk.web.sessions import FORGOTTEN

HISTORY = f"{HistorySettings().keep_days} days after it is over (`history.keep_days`)"
LEDGER = f"{KEPT.days} days, and the last {DAYS_OF_SERVICE} days of service"
MONEY = "as long as the library keeps its books; under the bare number once the patron is erased"
PATRON = "until the patron is erased or leaves"
STAFF = "as long as the account stands"
PEOPLE_WORDS = frozenset(
    {"patron", "given_name", "family_name", "born", "guardian", "email", "token", "who", "made_by", "decided_by"}
    | {"settled_by", "changed_by", "owner", "staff", "full_name", "held_for", "blocked", "card_lost", "password"}
)
"""Names of columns that are about somebody, wherever they stand."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What one table has of people."""

    columns: tuple[str, ...]
    why: str
    long: str


NOBODY = Kept((), "", "")
CENTRAL: Mapping[str, Kept] = MappingProxyType(
    {
        "patrons": Kept(
            ("given_name", "family_name", "category", "expires", "blocked", "language", "born", "guardian", "card_lost")
            + ("suspended_until", "email", "no_reminders", "phone", "wecom", "channels"),
            "to know who may borrow, and to write to them",
            PATRON,
        ),
        "applications": Kept(("patron", "made_by", "decided_by"), "cards that were asked for at a kiosk", PATRON),
        "cards": Kept(("token", "patron"), "to know whose card it is", PATRON),
        "pins": Kept(("patron", "hash", "wrong", "locked_until"), "self-checks that ask for a PIN (argon2id)", PATRON),
        "loans": Kept(("patron", "item"), "who has what", f"while it runs, then {HISTORY}"),
        "facts": Kept(("data",), "the ledger that everything is made from; names go, the fact stays", HISTORY),
        "decisions": Kept(("patron", "item", "answer"), "a question asked again gets the same answer", HISTORY),
        "holds": Kept(("patron",), "who waits", f"while it waits, then {HISTORY}"),
        "items": Kept(("held_for",), "for whom a copy is set aside", "until it is fetched or passed on"),
        "charges": Kept(("patron", "item", "loan"), "what is owed", f"{MONEY}; item and loan {HISTORY}"),
        "payments": Kept(("patron", "reference"), "what was paid", MONEY),
        "payment_orders": Kept(("patron", "made_by"), "payment by phone", MONEY),
        "postings": Kept(("debit", "credit"), "double entry, by number", MONEY),
        "waivers": Kept(("patron", "made_by", "decided_by"), "who let whom off what", MONEY),
        "damages": Kept(("patron", "loan", "made_by", "photo"), "damaged copies", f"while it is owed, then {HISTORY}"),
        "exceptions": Kept(("details", "owner"), "what staff have to look at", f"while it is open, then {HISTORY}"),
        "exception_notes": Kept(("who", "text"), "what staff did about it", STAFF),
        "mails": Kept(("patron", "text"), "receipts by mail", "the text until it is sent, two days at most"),
        "notices": Kept(("patron",), "reminders, each once", HISTORY),
        "ils_renewals": Kept(("patron",), "renewals under way at the library's own system", "until it has answered"),
        "imports": Kept(
            ("content", "who"),
            "a file of patrons that was checked and waits for a yes",
            f"{UPLOADS_KEPT.days} day (and until the next night)",
        ),
        "imported": Kept(("made_by",), "which files were imported, and by whom", STAFF),
        "imported_rows": Kept(("subject",), "to take an import back; patrons by number", "30 days"),
        "places": Kept(
            ("patron",), "who comes to an activity, or waits for a place", f"while it is to come, then {HISTORY}"
        ),
        "digital_objects": Kept(("made_by",), "who added a file to the digital store", STAFF),
        "stock_findings": Kept(("who",), "who settled a finding of a stock-taking", STAFF),
        "news": Kept(("changed_by",), "who wrote what stands on the kiosks", STAFF),
        "staff_identities": Kept(("subject", "staff"), "who signs in by OpenID Connect", STAFF),
        "set_aside": Kept(("payload",), "messages that could not be read, for the technician", HISTORY),
        "audit": Kept(("who", "subject"), "who did what; of names only that they changed", "for ever"),
        "staff": Kept(("name", "full_name", "roles", "branch", "language", "password"), "who signs in", STAFF),
        "staff_sessions": Kept(("staff", "digest"), "who is signed in", "until the session ends"),
        "sign_in_tries": Kept(
            ("subject",), "slows guessing down", f"{FORGOTTEN.total_seconds() / 3600:.0f} hours after the last try"
        ),
        "findings": Kept(("settled_by",), "who settled a finding of the audit", STAFF),
        "gate_alarms": Kept(("who",), "which member of staff answered", STAFF),
        "gate_seen": Kept(("who",), "the same, item by item", STAFF),
        "gate_checks": Kept(("who",), "who made the morning check", STAFF),
        "notice_templates": Kept(("changed_by",), "who wrote the text", STAFF),
        **{
            duty.plural: Kept(
                ("made_by", *(one.name for one in duty.columns() if one.of == "staff")), "who wrote the paper", STAFF
            )
            for duty in DUTIES
        },
        **dict.fromkeys(
            (
                "allocations",
                "api_keys",
                "closed_returns",
                "document_numbers",
                "gate_gaps",
                "ils_progress",
                "lent_days",
                "lent_log",
            )
            + (
                "lent_days",
                "notice_progress",
                "progress",
                "sign_in_flows",
                "records",
                "returns",
                "search_entries",
                "search_progress",
                "search_words",
            )
            + (
                "sensor_hours",
                "sensor_readings",
                "shelved",
                "stations",
                "stock_expected",
                "stock_figures",
                "stock_seen",
            )
            + ("tags", "visits"),
            NOBODY,
        ),
    }
)
KIOSK: Mapping[str, Kept] = MappingProxyType(
    {
        "journal": Kept(("patron", "item"), "settles what a power cut left open; the patron by number or card", LEDGER),
        "outbox": Kept(("data",), "facts until central has them, and to tell them again", LEDGER),
        **dict.fromkeys(("meta", "probe", "titles"), NOBODY),
    }
)
HEAD = """# What is kept of people

Made from the schemas: a table or column about somebody that is not named here fails the build. *Export* and *erase* of
one patron are on their page of the console; what stays then is said there and here. Logs name no patron, no card and no
PIN: `tests/scenarios/test_nothing_told.py` looks for them after a visit on real processes, and
`tests/world/test_a_day_names_nobody.py` after a whole day. Receipts show the last four digits of a card. Pictures of
gate alarms are off unless a camera is configured, and are deleted after hours (`pictures.keep_h` in `gate.toml`).

Sources: GDPR, articles 5, 15, 17, 20 and 30; China's Personal Information Protection Law, articles 6, 19 and 47.
"""


def page() -> str:
    """The page's text. Raises `ValueError` for what is not named."""
    parts = [HEAD]
    for title, schema, kept in (("At central", central, CENTRAL), ("At each kiosk", ledger, KIOSK)):
        parts.append(f"\n## {title}\n\n| table | what | why | how long |\n|---|---|---|---|\n")
        parts += list(_rows(schema, kept))
        others = ", ".join(f"`{name}`" for name in sorted(kept) if not kept[name].columns)
        parts.append(f"\nNothing of people: {others}.\n")
    return "".join(parts)


def _rows(schema: MetaData, kept: Mapping[str, Kept]) -> Iterator[str]:
    for table in schema.sorted_tables:
        if table.name not in kept:
            raise ValueError(f"docs/privacy_page.py: expected the table {table.name}: what does it keep of people?")
        columns = {column.name for column in table.columns}
        said = set(kept[table.name].columns)
        if wrong := sorted(said - columns):
            raise ValueError(f"docs/privacy_page.py: {table.name} has no column {', '.join(wrong)}")
        if silent := sorted((columns & PEOPLE_WORDS) - said):
            raise ValueError(f"docs/privacy_page.py: {table.name}: expected {', '.join(silent)} to be named")
    for name in sorted(kept):
        if (one := kept[name]).columns:
            yield f"| `{name}` | {', '.join(one.columns)} | {one.why} | {one.long} |\n"
