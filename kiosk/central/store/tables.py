"""The schema, once, for SQLite and PostgreSQL. Migrations make it; a test holds both against this.

No foreign keys on what facts tell: a physical fact stands, even about an item or patron that nobody knows.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from kiosk.database.columns import NAMES as NAMES
from kiosk.database.columns import LongId as LongId
from kiosk.database.columns import UtcTime as UtcTime

WRITTEN_LAST = "written last"
"""In `Table.info`: the statement by which PostgreSQL's transactions take turns at a table whose ids grow in the order
of commits. Whoever has its turn keeps it to its end, so everything else is written before."""

metadata = MetaData(naming_convention=NAMES)

records = Table(
    "records",
    metadata,
    Column("control_number", String(64), primary_key=True),
    Column("title", Text, nullable=False),
    Column("author", Text, nullable=False, server_default=""),
    Column("call_number", Text, nullable=False, server_default=""),
    Column("isbn", Text, nullable=False, server_default=""),
    Column("language", String(8), nullable=False, server_default=""),
    Column("format", String(16), nullable=False),
    Column("original", LargeBinary, nullable=False),
    Column("added_at", UtcTime, default=lambda: datetime.now(UTC)),
    Index("ix_records_added_at", "added_at"),
    comment="Bibliographic records: the bytes as they came, and the flat row that screens show. added_at: none for "
    "those of before it was kept",
)

items = Table(
    "items",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("control_number", String(64), index=True),
    Column("title", Text, nullable=False, server_default=""),
    Column("call_number", Text, nullable=False, server_default=""),
    Column("branch", String(64), nullable=False, server_default=""),
    Column("loan_class", String(32), nullable=False),
    Column("not_for_loan", Boolean, nullable=False, server_default=false()),
    Column("held_for", String(64)),
    Column("price_cents", BigInteger, nullable=False, server_default="0"),
    Column("age_mark", String(32), nullable=False, server_default=""),
    Column("location", String(64), nullable=False, server_default=""),
    Column("state", String(16), nullable=False, server_default=""),
    comment="Copies. title and call_number only where they differ from the record's, or there is no record. "
    "location: the branch where it was seen last, where that is not its own. state: see holdings.ItemState",
)

patrons = Table(
    "patrons",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("given_name", Text, nullable=False),
    Column("family_name", Text, nullable=False, server_default=""),
    Column("category", String(32), nullable=False),
    Column("expires", Date),
    Column("blocked", Boolean, nullable=False, server_default=false()),
    Column("language", String(8)),
    Column("born", Date),
    Column("guardian", String(64)),
    Column("card_lost", Boolean, nullable=False, server_default=false()),
    Column("suspended_until", Date),
    Column("email", String(254)),
    Column("no_reminders", Boolean, nullable=False, server_default=false()),
    Column("phone", String(32)),
    Column("wecom", String(64)),
    Column("channels", String(64), nullable=False, server_default=""),
    comment="guardian: the patron who answers for this one",
)

cards = Table(
    "cards",
    metadata,
    Column("token", String(128), primary_key=True),
    Column("patron", String(64), nullable=False, index=True),
    comment="What a reader or scanner reads off a card, and whose it is. Hex tokens in upper case",
)

mails = Table(
    "mails",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("patron", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due", UtcTime, nullable=False),
    Index("ix_mails_state_due", "state", "due"),
    Index("ix_mails_patron", "patron"),
    comment="Letters to patrons. id: of the question that asked for it. text: empty once it is sent or given up",
)

pins = Table(
    "pins",
    metadata,
    Column("patron", String(64), primary_key=True),
    Column("hash", String(128), nullable=False),
    Column("wrong", Integer, nullable=False, server_default="0"),
    Column("locked_until", UtcTime),
    comment="PINs as argon2id hashes. wrong: tries in a row; locked_until: not looked at before",
)

loans = Table(
    "loans",
    metadata,
    Column("intent", String(64), primary_key=True),
    Column("patron", String(200), nullable=False),
    Column("item", String(64), nullable=False),
    Column("station", String(32), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("due", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("end_why", String(32)),
    Column("end_station", String(32)),
    Column("end_seq", BigInteger),
    Column("opened", Boolean, nullable=False, server_default=false()),
    Column("provisional", Boolean, nullable=False, server_default=false()),
    Column("renewals", Integer, nullable=False, server_default="0"),
    Column("recalled", Boolean, nullable=False, server_default=false()),
    Column("claimed_returned", Boolean, nullable=False, server_default=false()),
    Column("lost_at", UtcTime),
    Column("policy", String(64), nullable=False, server_default=""),
    Index("ix_loans_item_made_at", "item", "made_at"),
    Index("ix_loans_patron_ended_at", "patron", "ended_at"),
    comment="(made_at, station, seq) and (ended_at, end_station, end_seq) place both ends in the item's story",
)

returns = Table(
    "returns",
    metadata,
    Column("station", String(32), primary_key=True),
    Column("epoch", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("item", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_returns_item_at", "item", "at"),
)

facts = Table(
    "facts",
    metadata,
    Column("id", LongId, primary_key=True, autoincrement=True),
    Column("station", String(32), nullable=False),
    Column("epoch", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("type", String(64), nullable=False),
    Column("told_at", UtcTime),
    Column("at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("item", String(64)),
    Column("data", Text, nullable=False),
    Column("anonymous", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("station", "epoch", "seq"),
    Index("ix_facts_named", "at", sqlite_where=text("anonymous = 0"), postgresql_where=text("anonymous = false")),
    comment="Every fact once. told_at is the station's clock; at never runs backwards within a station's epoch",
)

exceptions = Table(
    "exceptions",
    metadata,
    Column("id", LongId, primary_key=True, autoincrement=True),
    Column("station", String(32), nullable=False),
    Column("epoch", String(64), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("intent", String(64)),
    Column("item", String(64)),
    Column("why", String(64), nullable=False),
    Column("details", Text, nullable=False, server_default="{}"),
    Column("at", UtcTime, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("owner", String(64)),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_exceptions_intent", "intent"),
    comment="What staff have to look at; details is a JSON object of text values. owner: who looks after it",
)

exception_notes = Table(
    "exception_notes",
    metadata,
    Column("id", LongId, primary_key=True, autoincrement=True),
    Column("exception", BigInteger, nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("who", String(64), nullable=False),
    Column("did", String(16), nullable=False),
    Column("text", Text, nullable=False, server_default=""),
    comment="The history of each exception: opened, taken, noted, closed, opened again",
)

holds = Table(
    "holds",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("patron", String(64), nullable=False),
    Column("control_number", String(64)),
    Column("item", String(64)),
    Column("pickup", String(64), nullable=False, server_default=""),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("placed_at", UtcTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("trapped", String(64)),
    Column("ready_at", UtcTime),
    Column("expires", Date),
    Column("ended_at", UtcTime),
    Index("ix_holds_control_number_state", "control_number", "state"),
    Index("ix_holds_item_state", "item", "state"),
    Index("ix_holds_patron_state", "patron", "state"),
    Index("ix_holds_trapped_state", "trapped", "state"),
    comment="Who waits: for any copy of a title, or for one copy. trapped: the copy that was set aside",
)

charges = Table(
    "charges",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("patron", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("item", String(64)),
    Column("loan", String(64)),
    Column("amount_cents", BigInteger, nullable=False),
    Column("paid_cents", BigInteger, nullable=False, server_default="0"),
    Column("at", UtcTime, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Index("ix_charges_patron_open", "patron", "open"),
    Index("ix_charges_loan", "loan"),
    comment="What is owed, in cents. Nothing is deleted: a waiver is a payment of kind waived",
)

payments = Table(
    "payments",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("patron", String(64), nullable=False, index=True),
    Column("amount_cents", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("method", String(16), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("station", String(32), nullable=False, server_default=""),
    Column("reference", String(128), nullable=False, server_default=""),
    Column("credit_cents", BigInteger, nullable=False, server_default="0"),
    comment="What was paid or waived; credit_cents is what no charge took. One id is one payment, whoever tells it "
    "twice",
)

allocations = Table(
    "allocations",
    metadata,
    Column("payment", String(64), primary_key=True),
    Column("charge", String(64), primary_key=True),
    Column("amount_cents", BigInteger, nullable=False),
    comment="Which charges a payment paid, the oldest first unless it named some",
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("revoked_at", UtcTime),
    comment="Keys of programs that use REST. digest: SHA-256 of the secret, which is shown once. scopes: words",
)

decisions = Table(
    "decisions",
    metadata,
    Column("ask", String(64), primary_key=True),
    Column("station", String(32), nullable=False),
    Column("patron", String(200), nullable=False),
    Column("item", String(64), nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("allowed", Boolean, nullable=False),
    Column("answer", Text, nullable=False),
    Column("promised_until", UtcTime),
    Column("by_ils", String(128)),
    Index("ix_decisions_patron_promised_until", "patron", "promised_until"),
    comment="Answers to questions for a loan. A yes counts towards the limit until its fact, or promised_until. "
    "by_ils: the card under which the library's own system made the loan; empty once it was cancelled there",
)

ils_progress = Table(
    "ils_progress",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("fact", BigInteger, nullable=False),
    Column("trying", BigInteger, nullable=False, server_default="0"),
    comment="One row: the last fact that the library's own system was told of, or that it need not know. trying: the "
    "one that is being told, where it must not be told twice",
)

ils_renewals = Table(
    "ils_renewals",
    metadata,
    Column("patron", String(200), primary_key=True),
    Column("item", String(64), primary_key=True),
    Column("was_due", UtcTime),
    Column("tried_at", UtcTime, nullable=False),
    comment="Renewals that the library's own system was asked for, until it has answered: after a time-out or the "
    "end of the process its due date is compared with was_due, and nothing is sent twice blindly",
)

progress = Table(
    "progress",
    metadata,
    Column("station", String(32), primary_key=True),
    Column("epoch", String(64), primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("begun_at", UtcTime, nullable=False),
    comment="The last contiguous seq of each station's epoch, and how far its time has come",
)

lent_log = Table(
    "lent_log",
    metadata,
    Column("id", LongId, primary_key=True, autoincrement=True),
    Column("item", String(64), nullable=False),
    info={WRITTEN_LAST: text("SELECT pg_advisory_xact_lock(7305806)")},  # SQLite has one writer at a time anyway
    comment="Items whose loan began or ended, in the order of commits: the id is the version of the gates' ledger. "
    "A copy of it at version N would otherwise lack a change below N that commits later",
)

tags = Table(
    "tags",
    metadata,
    Column("uid", String(64), primary_key=True),
    Column("item", String(64), nullable=False, index=True),
    comment="Which tag is in which item, as kiosks have seen it: some gates tell nothing but a UID",
)

visits = Table(
    "visits",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("station", String(32), nullable=False),
    Column("gate", String(32), nullable=False),
    Column("begins", UtcTime, nullable=False, index=True),
    Column("ends", UtcTime, nullable=False),
    Column("entered", Integer, nullable=False),
    Column("left_", Integer, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("notes", Text, nullable=False, server_default=""),
    comment="People through a gate in a quarter of an hour at most. closed: outside opening hours, no visits",
)

stations = Table(
    "stations",
    metadata,
    Column("station", String(32), primary_key=True),
    Column("seen_at", UtcTime, nullable=False),
    Column("status", Text, nullable=False, server_default="{}"),
    Column("health", Text, nullable=False, server_default="{}"),
)

set_aside = Table(
    "set_aside",
    metadata,
    Column("id", LongId, primary_key=True, autoincrement=True),
    Column("topic", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("why", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    comment="Messages that could not be read at all, for the technician; the oldest go first",
)
