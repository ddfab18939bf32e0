"""A patron's account: loans with their days, holds with their place in line, charges; and what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import assert_never

from kiosk.model.questions import AccountCharge, AccountHold, AccountTold
from kiosk.screens.money import money
from kiosk.screens.rows import cover_of
from kiosk.screens.scenes.sight import Sight
from kiosk.screens.scenes.welcome import allowance
from kiosk.screens.scenes.work import paging
from kiosk.screens.tokens import ERROR, INK, MUTED, OK, PLAIN, WARN, WORK
from kiosk.screens.view import AccountBody, Banner, Button, Nothing, Pill, RowButton, RowView, Tab
from kiosk.session import paying
from kiosk.session.events import Touch, Touched
from kiosk.session.form_parts import Form
from kiosk.session.renewing import may_begin, under_way
from kiosk.session.state import Account, LoanRow, Part, RenewStage
from kiosk.words.dates import clock, days_until, due_day, iso_day
from kiosk.words.reasons import reason_sentence

SOON_DAYS = 3
"""A loan that is due within so many days is marked."""
PARTS = {
    Part.LOANS: "account.loans",
    Part.HOLDS: "account.holds",
    Part.CHARGES: "account.charges",
    Part.DETAILS: "account.details",
}
DETAILS = {
    Form.PIN: ("account.pin", "account.pin-detail"),
    Form.EMAIL: ("account.email", "account.email-detail"),
}
KINDS = {
    "overdue": "account.charge-overdue",
    "lost": "account.charge-lost",
    "damage": "account.charge-damage",
    "processing": "account.charge-processing",
    "carried-over": "account.charge-carried-over",
}
"""Kinds of charges that have a word of their own."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The account as it is looked at."""

    sight: Sight
    scene: Account

    def say(self, key: str, **values: str | int) -> str:
        return self.sight.words.say(key, **values)

    def days_left(self, row: LoanRow) -> int:
        return days_until(row.loan.due, self.sight.utc, self.sight.zone)

    def day(self, day: date) -> str:
        return iso_day(day.isoformat(), self.sight.utc, self.sight.zone, self.sight.words)

    @property
    def online(self) -> bool:
        return self.sight.state.around.online

    @property
    def overdue(self) -> int:
        return sum(self.days_left(row) < 0 for row in self.scene.loans)


def account(sight: Sight, scene: Account) -> AccountBody:
    shown = Shown(sight, scene)
    rows = _rows(shown)
    return AccountBody(
        title=sight.words.say("account.title"),
        sentence=_sentence(shown),
        allowance=None if scene.told is None else allowance(sight.words, scene.told.may_borrow),
        tabs=_tabs(shown),
        rows=rows,
        nothing=None if rows else _nothing(shown),
        whole=_whole(shown),
        paging=paging(sight.words, "account", sight.words.say(PARTS[scene.part])),
    )


def banners(sight: Sight, scene: Account) -> tuple[Banner, ...]:
    """How old the picture is and what waits for the line; and how the renewals went."""
    shown = Shown(sight, scene)
    found: list[Banner] = []
    if not shown.online and scene.told_at is not None:
        text = shown.say("account.as-of", time=clock(scene.told_at, sight.zone))
        found.append(Banner("offline", text, "wifi-off", PLAIN))
    if more := _more(scene):
        found.append(Banner("account.more", sight.words.count("account.more", more), "info", PLAIN))
    renewed = sum(row.stage is RenewStage.RENEWED for row in scene.loans)
    refused = sum(row.stage is RenewStage.REFUSED for row in scene.loans)
    if (renewed or refused) and not under_way(scene) and scene.part is Part.LOANS:
        parts = [sight.words.count("account.renewed-count", renewed)] if renewed else []
        parts += [sight.words.count("account.refused-count", refused)] if refused else []
        tone, icon = (WARN, "circle-alert") if refused else (OK, "circle-check")
        found.append(Banner("account.result", sight.words.say("list.joined").join(parts), icon, tone))
    return tuple(found)


def _more(scene: Account) -> int:
    """What this part has beside its list."""
    if scene.told is None:
        return 0
    match scene.part:
        case Part.LOANS:
            return scene.told.more_loans
        case Part.HOLDS:
            return scene.told.more_holds
        case Part.CHARGES:
            return scene.told.more_charges
        case Part.DETAILS:
            return 0
        case _:
            assert_never(scene.part)


def leave(sight: Sight, scene: Account) -> Button:
    """The way out; not while central decides, so that the answer is seen."""
    if under_way(scene):
        return Button("account.leave", sight.words.say("button.wait"), "hourglass", None, busy=True)
    return Button("account.leave", sight.words.say("button.leave"), "log-out", Touched(Touch.DONE))


def _sentence(shown: Shown) -> str:
    scene, words = shown.scene, shown.sight.words
    told = scene.told
    if told is None:
        return words.say("account.looking" if scene.ask else "account.unknown")
    match scene.part:
        case Part.LOANS if shown.overdue:
            return words.count("account.overdue", shown.overdue)
        case Part.LOANS:
            return (
                words.count("account.on-loan", len(scene.loans) + told.more_loans)
                if scene.loans
                else words.say("account.no-loans")
            )
        case Part.HOLDS:
            return words.say("account.holds-sentence")
        case Part.CHARGES if told.owes_cents:
            key = "account.owes-by-phone" if told.by_phone else "account.owes"
            return words.say(key, amount=money(told.owes_cents, told.currency, words))
        case Part.CHARGES:
            return words.say("account.no-charges")
        case Part.DETAILS:
            return words.say("account.details-sentence")
        case _:
            assert_never(scene.part)


def _tabs(shown: Shown) -> tuple[Tab, ...]:
    told = shown.scene.told
    holds = () if told is None else _running(shown.scene, told)
    ready = sum(hold.ready for hold in holds)
    owes = "" if told is None else money(told.owes_cents, told.currency, shown.sight.words)
    count = shown.sight.words.count
    loans = "" if told is None else count("account.tab-count", len(shown.scene.loans) + told.more_loans)
    if shown.overdue:
        loans = count("account.tab-overdue", shown.overdue)
    waiting = "" if told is None else count("account.tab-count", len(holds) + told.more_holds)
    if ready:
        waiting = count("account.tab-ready", ready)
    return (
        _tab(shown, Part.LOANS, loans, "book-open", alerts=shown.overdue > 0),
        _tab(shown, Part.HOLDS, waiting, "bookmark", alerts=False),
        _tab(shown, Part.CHARGES, owes, "coins", alerts=told is not None and told.owes_cents > 0),
        _tab(shown, Part.DETAILS, "", "user-round", alerts=False),
    )


def _tab(shown: Shown, part: Part, value: str, icon: str, *, alerts: bool) -> Tab:
    label = shown.say(PARTS[part])
    action = Touched(Touch.SHOW, part.value)
    return Tab(f"account.tab-{part.value}", label, value, icon, action, part is shown.scene.part, alerts)


def _running(scene: Account, told: AccountTold) -> tuple[AccountHold, ...]:
    return tuple(hold for hold in told.holds if hold.id not in scene.given_up)


def _rows(shown: Shown) -> tuple[RowView, ...]:
    scene, told = shown.scene, shown.scene.told
    if told is None:
        return ()
    match scene.part:
        case Part.LOANS:
            return tuple(_loan(shown, row, number) for number, row in enumerate(scene.loans, 1))
        case Part.HOLDS:
            return tuple(_hold(shown, hold, number) for number, hold in enumerate(told.holds, 1))
        case Part.CHARGES:
            return tuple(_charge(shown, charge, told.currency) for charge in told.charges)
        case Part.DETAILS:
            return _detail(shown, Form.PIN, "lock"), _detail(shown, Form.EMAIL, "mail")
        case _:
            assert_never(scene.part)


def _loan(shown: Shown, row: LoanRow, number: int) -> RowView:
    item, days = row.loan.item, shown.days_left(row)
    state, pill = _loan_pill(shown, row, days)
    late = days < 0
    date_text = due_day(row.loan.due, shown.sight.utc, shown.sight.zone, shown.sight.words)
    said = [shown.say("account.was-due" if late else "detail.due", date=date_text)]
    colour = ERROR.ink if late else MUTED
    if row.stage is RenewStage.REFUSED:
        sight = shown.sight
        why = (reason_sentence(reason, sight.words, sight.utc, sight.zone, "renew") for reason in row.reasons)
        said += dict.fromkeys(why)
        colour = ERROR.ink
    if row.loan.provisional:
        said.append(shown.say("account.provisional"))
    button = None
    if may_begin(row):
        why_not = "" if shown.online else shown.say("account.needs-line")
        action = Touched(Touch.RENEW, str(number)) if shown.online else None
        button = RowButton("renew", shown.say("button.renew"), "rotate-cw", action, why_not)
    return RowView(
        title=item.title if item.title.strip() else shown.say("list.unknown-title"),
        number=item.id,
        state=state,
        pill=pill,
        detail=shown.say("list.ended").join(said),
        detail_colour=INK if row.stage is RenewStage.RENEWED else colour,
        cover=cover_of(item.title, item.id),
        button=button,
        private=True,
        emphasis=late or row.stage is RenewStage.RENEWED,
    )


def _loan_pill(shown: Shown, row: LoanRow, days: int) -> tuple[str, Pill]:
    count = shown.sight.words.count
    match row.stage:
        case RenewStage.WAITING | RenewStage.ASKING:
            return "renewing", Pill(shown.say("account.renewing"), "loader", WORK, spins=True)
        case RenewStage.RENEWED:
            return "renewed", Pill(shown.say("account.renewed"), "circle-check", OK)
        case RenewStage.REFUSED:
            return "refused", Pill(shown.say("account.refused"), "circle-x", ERROR)
        case RenewStage.STANDS if days < 0:
            return "overdue", Pill(count("account.days-late", -days), "clock-alert", ERROR)
        case RenewStage.STANDS if days == 0:
            return "due-soon", Pill(shown.say("account.due-today"), "clock-alert", WARN)
        case RenewStage.STANDS if days <= SOON_DAYS:
            return "due-soon", Pill(count("account.days-left", days), "clock-alert", WARN)
        case RenewStage.STANDS:
            return "stands", Pill(count("account.days-left", days), "hourglass", PLAIN)
        case _:
            assert_never(row.stage)


def _hold(shown: Shown, hold: AccountHold, number: int) -> RowView:
    title = hold.title if hold.title.strip() else shown.say("list.unknown-title")
    button = None
    asked = hold.id != "" and hold.id == shown.scene.giving_up
    if hold.id in shown.scene.given_up:
        state, pill = "given-up", Pill(shown.say("account.given-up"), "circle-x", PLAIN)
        detail, colour = shown.say("account.given-up-detail"), MUTED
    elif hold.ready:
        state, pill = "ready", Pill(shown.say("account.ready"), "circle-check", OK)
        detail, colour = _pick_up(shown, hold), OK.ink
    else:
        state, pill = "waiting", Pill(shown.say("account.waiting"), "hourglass", PLAIN)
        detail = shown.say("account.on-its-way")
        if hold.place is not None:
            detail = shown.say("account.next" if hold.place == 1 else "account.place", place=hold.place)
        colour = MUTED
    if asked:
        detail, colour = shown.say("account.really"), WARN.ink
    if hold.id and state != "given-up":
        label = shown.say("button.really-give-up" if asked else "button.give-up")
        action = Touched(Touch.GIVE_UP, str(number)) if shown.online else None
        why_not = "" if shown.online else shown.say("account.needs-line")
        button = RowButton("give-up", label, "x", action, why_not, urgent=asked)
    cover = cover_of(hold.title, str(number))
    return RowView(title, "", state, pill, detail, colour, cover, button, private=True, emphasis=hold.ready or asked)


def _pick_up(shown: Shown, hold: AccountHold) -> str:
    where = hold.pickup or shown.say("account.here")
    if hold.until is None:
        return shown.say("account.pick-up", where=where)
    return shown.say("account.pick-up-until", where=where, date=shown.day(hold.until))


def _charge(shown: Shown, charge: AccountCharge, currency: str) -> RowView:
    kind = shown.say(KINDS.get(charge.kind, "account.charge-other"))
    amount = Pill(money(charge.owed_cents, currency, shown.sight.words), "coins", WARN, private=True)
    title, detail = charge.title, shown.say("account.charge-since", kind=kind, date=shown.day(charge.since))
    if not title.strip():
        title, detail = kind, shown.say("account.since", date=shown.day(charge.since))
    return RowView(title, "", "owed", amount, detail, MUTED, cover_of(charge.title, charge.kind), private=True)


def _detail(shown: Shown, form: Form, icon: str) -> RowView:
    """What can be changed, and that it takes the PIN."""
    action = Touched(Touch.CHANGE, form.value) if shown.online else None
    button = RowButton(
        "change", shown.say("button.change"), icon, action, "" if shown.online else shown.say("account.needs-line")
    )
    pill = Pill(shown.say("account.by-pin"), "lock", PLAIN)
    title, detail = map(shown.say, DETAILS[form])
    return RowView(title, "", "kept", pill, detail, MUTED, cover_of("", icon), button, icon=icon)


def _nothing(shown: Shown) -> Nothing:
    scene, say = shown.scene, shown.say
    if scene.told is None:
        if scene.ask is not None:
            return Nothing(say("account.looking"), say("button.wait"), "loader", spins=True)
        if shown.online:
            again = Button("account.again", say("button.again"), "rotate-cw", Touched(Touch.ACCOUNT))
            return Nothing(say("account.silent"), say("account.silent-sentence"), "circle-alert", button=again)
        borrow = Button("account.borrow", say("button.borrow"), "book-up", Touched(Touch.BORROW))
        return Nothing(say("account.offline"), say("account.offline-sentence"), "wifi-off", button=borrow)
    match scene.part:
        case Part.LOANS:
            return Nothing(say("account.no-loans"), say("account.no-loans-sentence"), "book-open")
        case Part.HOLDS:
            return Nothing(say("account.no-holds"), say("account.no-holds-sentence"), "bookmark")
        case Part.CHARGES:
            return Nothing(say("account.no-charges"), say("account.no-charges-sentence"), "circle-check")
        case Part.DETAILS:
            return Nothing(say("account.details"), say("account.details-sentence"), "user-round")
        case _:
            assert_never(scene.part)


def _whole(shown: Shown) -> Button | None:
    scene = shown.scene
    if scene.part is Part.CHARGES:
        return _pay(shown)
    if scene.part is not Part.LOANS or (scene.told is not None and not scene.loans):
        return None
    label = shown.say("button.renew-all")
    if under_way(scene):
        return Button("account.renew-all", shown.say("account.renewing"), "hourglass", None, busy=True)
    if not shown.online:
        return Button("account.renew-all", label, "rotate-cw", None, why=shown.say("account.needs-line"))
    if not any(map(may_begin, scene.loans)):
        return Button("account.renew-all", label, "rotate-cw", None, why=shown.say("account.nothing-to-renew"))
    return Button("account.renew-all", label, "rotate-cw", Touched(Touch.RENEW_ALL), main=True)


def _pay(shown: Shown) -> Button | None:
    if not paying.may_begin(shown.scene):
        return None
    label = shown.say("button.pay")
    if not shown.online:
        return Button("account.pay", label, "qr-code", None, why=shown.say("account.needs-line"))
    return Button("account.pay", label, "qr-code", Touched(Touch.PAY), main=True)
