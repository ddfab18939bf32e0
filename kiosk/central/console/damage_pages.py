"""Damage at return: report it with a photograph, then judge it: nothing, wear, repair, or compensation."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.central import documents
from kiosk.central.console.asked import (
    Answer,
    Asked,
    BadField,
    Console,
    Moved,
    Nothing,
    Page,
    Sheet,
    Shown,
    Upload,
    faults,
    money,
)
from kiosk.central.console.frame import address
from kiosk.central.console.papers import sentence, told
from kiosk.central.damages import (
    OTHER,
    DamageRow,
    NobodyHadIt,
    Reported,
    StillOwed,
    by_number,
    cost_cents,
    judge,
    last_loan,
    report,
)
from kiosk.central.holdings import ItemOnFile, item_on_file
from kiosk.central.people import patron_on_file
from kiosk.central.photographs import MEDIA_TYPE, BadPhoto, drawn_anew
from kiosk.central.store.console_tables import damages
from kiosk.library.damage import DAMAGE, DamageAction
from kiosk.library.documents import Refused
from kiosk.model.circulation import Language
from kiosk.model.ids import ItemId, PatronRef
from kiosk.web.roles import Permission

MOST_YEARS = 1_000
NOTHING_TYPED: Mapping[str, str] = {}


def form(asked: Asked) -> Answer:
    """What was seen on a copy."""
    return _form(asked, _item(asked, asked.query.get("item", "")), NOTHING_TYPED)


def _item(asked: Asked, number: str, *, lock: bool = False) -> ItemOnFile:
    found = item_on_file(asked.connection, ItemId(number[:64]), lock=lock)
    if found is None:
        raise Nothing("problem.item")
    return found


def kinds_of_damage(asked: Asked) -> dict[str, str]:
    """Code → words."""
    zh = asked.session.staff.language is Language.ZH
    known = {one.kind: one.zh if zh else one.en for one in asked.setting.policy.rules.damage.kind}
    return {**known, OTHER: known.get(OTHER) or asked.say("damage.other")}


def _form(asked: Asked, item: ItemOnFile, typed: Mapping[str, str], wrong: Mapping[str, str] | None = None) -> Shown:
    schedule = asked.setting.policy.rules.damage
    loan = last_loan(asked.connection, item.item.id)
    who = None if loan is None or not loan.patron else patron_on_file(asked.connection, PatronRef(loan.patron))
    kinds = kinds_of_damage(asked)
    costs = {code: cost_cents(schedule, code, item.price_cents, age_years=0, of_a_set=False) for code in kinds}
    values = {
        "found": item,
        "kinds": kinds,
        "costs": costs,
        "loan": loan,
        "patron": who if Permission.PATRON_READ in asked.may else None,
        "photos": asked.console.photos is not None,
        "typed": typed,
        "wrong": faults({name: asked.say(key) for name, key in (wrong or {}).items()}),
    }
    return Shown("damage-form.html", values, 422 if wrong else 200)


def drawn(console: Console, upload: Upload) -> Upload:
    """The photograph drawn anew, before the transaction begins: it takes a while, and nobody should wait for it."""
    if console.photos is None or not upload.content:
        return Upload(upload.name, b"")
    try:
        return Upload(upload.name, drawn_anew(upload.content))
    except BadPhoto as bad:
        return Upload(upload.name, b"", bad.key)


def send(asked: Asked) -> Answer:
    """Report it. What was typed is shown again where something is wrong; a file has to be chosen anew."""
    item = _item(asked, asked.form.get("item", ""), lock=True)
    try:
        saw = _saw(asked)
    except BadField as bad:
        return _form(asked, item, asked.form, {bad.name: bad.key})
    number = report(asked.connection, asked.setting.policy.rules.damage, item, saw, asked.who, asked.local_now)
    asked.note("ok", "damage.reported", item.item.title)
    if item.held_for is not None:
        asked.note("warn", "damage.held", item.item.title)
    return Moved(address("/console/damage", number=number))


def _saw(asked: Asked) -> Reported:
    kind, years = asked.form.get("kind", ""), asked.text("age_years", 8) or "0"
    name = asked.form_id()
    if kind not in kinds_of_damage(asked):
        raise BadField("kind", "damage.choose")
    if not (years.isascii() and years.isdecimal() and int(years) <= MOST_YEARS):
        raise BadField("age_years", "wrong.number")
    note = asked.text("note")
    if kind == OTHER and not note:
        raise BadField("note", "wrong.empty")
    return Reported(name, kind, note, _photo(asked), int(years), asked.form.get("of_a_set") == "yes")


def _photo(asked: Asked) -> str | None:
    upload, photos = asked.upload, asked.console.photos
    if upload is not None and upload.fault:
        raise BadField("photo", upload.fault)
    if upload is None or not upload.content or photos is None:
        return None
    try:
        return photos.keep(upload.content)
    except OSError:
        raise BadField("photo", "photo.disk") from None


def paper(asked: Asked) -> Answer:
    """One case."""
    row = by_number(asked.connection, asked.query.get("number", ""))
    if row is None:
        raise Nothing("problem.damage")
    return _paper(asked, row, NOTHING_TYPED)


def _paper(asked: Asked, row: DamageRow, typed: Mapping[str, str], wrong: str = "") -> Shown:
    patron = patron_on_file(asked.connection, PatronRef(str(row.patron))) if row.patron else None
    values = {
        "one": told(asked, DAMAGE, row),
        "item": item_on_file(asked.connection, ItemId(str(row.item))),
        "kind": kinds_of_damage(asked).get(str(row.kind), str(row.kind)),
        "patron": patron if Permission.PATRON_READ in asked.may else None,
        "has_photo": bool(row.photo) and asked.console.photos is not None,
        "amount": typed.get("amount", f"{int(row.amount_cents) // 100}.{int(row.amount_cents) % 100:02d}"),
        "typed": typed.get("reason", ""),
        "wrong": wrong,
    }
    return Shown("damage.html", values, 422 if wrong else 200)


def act(asked: Asked) -> Answer:
    """Judge it."""
    row = documents.paper_row(asked.connection, damages, asked.form.get("id", ""))
    action = asked.form.get("action", "")
    if row is None or action not in set(DamageAction):
        raise Nothing("problem.damage")
    wish = asked.wish(DamageAction(action), asked.version(), asked.text("reason"))
    try:
        cents = asked.cents("amount") if wish.action is DamageAction.CHARGE else 0
        done = judge(asked.connection, row, wish, cents, asked.now)
    except BadField as bad:
        return _paper(asked, row, asked.form, asked.say(bad.key))
    except NobodyHadIt:
        return _paper(asked, row, asked.form, asked.say("damage.nobody"))
    except StillOwed:
        return _paper(asked, row, asked.form, asked.say("damage.still-owed"))
    if isinstance(done, Refused):
        return _paper(asked, row, asked.form, sentence(asked, DAMAGE, documents.paper(DAMAGE, row), done))
    asked.note("ok", f"damage.{done}", amount=money(cents, asked.console.currency))
    return Moved(address("/console/damage", number=row.number))


def photo(asked: Asked) -> Answer:
    """The photograph of a case, as a file of its own: the JPEG that we have drawn, and nothing else."""
    row = by_number(asked.connection, asked.query.get("number", ""))
    photos = asked.console.photos
    content = None if row is None or photos is None or not row.photo else photos.read(str(row.photo))
    if row is None or content is None:
        raise Nothing("problem.photo")
    return Sheet(f"{row.number}.jpg", iter([content]), MEDIA_TYPE)


PAGES = (
    Page("/damage/new", Permission.DAMAGE_REPORT, form),
    Page("/damage/report", Permission.DAMAGE_REPORT, send, writes=True, prepares=drawn),
    Page("/damage", Permission.DAMAGE_READ, paper),
    Page("/damage/step", Permission.DAMAGE_JUDGE, act, writes=True),
    Page("/damage/photo", Permission.DAMAGE_READ, photo),
)
