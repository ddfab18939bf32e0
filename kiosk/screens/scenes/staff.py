"""The staff mode: the question for the PIN, devices and their trials, the machine, doubts, the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from kiosk.model.circulation import Purpose
from kiosk.model.journal import Doubt, JournalLine
from kiosk.screens.rows import cover_of
from kiosk.screens.scenes.pad import pad, wrong
from kiosk.screens.scenes.sight import Sight
from kiosk.screens.scenes.work import paging
from kiosk.screens.tokens import ERROR, INK, MUTED, OK, PLAIN, WARN, Tone
from kiosk.screens.view import AccountBody, Nothing, Pill, PinBody, RowButton, RowView, Tab
from kiosk.session import staff
from kiosk.session.events import Device, Health, Paper, Touch, Touched
from kiosk.session.staff_parts import Deed, StaffPart, Trial, Tried
from kiosk.session.state import OnPad, Staff, StaffPin
from kiosk.words.dates import clock, today

MOST_TAGS = 3
"""So many tags on the pad are told of one by one."""
PARTS = {
    StaffPart.DEVICES: "monitor",
    StaffPart.MACHINE: "wrench",
    StaffPart.DOUBTS: "circle-alert",
    StaffPart.JOURNAL: "scroll-text",
}
DEVICES = {Device.PAD: "nfc", Device.CARDS: "credit-card", Device.SCANNER: "scan-barcode", Device.PRINTER: "printer"}
HEALTH: dict[Health, tuple[Tone, str]] = {
    Health.OK: (OK, "circle-check"),
    Health.DEGRADED: (WARN, "triangle-alert"),
    Health.GONE: (ERROR, "circle-x"),
    Health.UNKNOWN: (PLAIN, "circle-question-mark"),
}
PAPER = {Paper.OK: PLAIN, Paper.LOW: WARN, Paper.NONE: ERROR}


@dataclass(frozen=True, slots=True)
class Shown:
    """The machine as staff look at it."""

    sight: Sight
    scene: Staff

    def say(self, key: str, **values: str | int) -> str:
        return self.sight.words.say(key, **values)

    def count(self, key: str, count: int) -> str:
        return self.sight.words.count(key, count)


def pin(sight: Sight, scene: StaffPin) -> PinBody:
    say, count = sight.words.say, len(scene.digits)
    keys, enter = pad(sight.words, count, busy=scene.check is not None)
    return PinBody(
        title=say("staff.pin-title"),
        sentence=say("staff.pin-sentence"),
        notices=wrong(sight, scene.problem, "staff"),
        entered=sight.words.count("staff.pin-entered", count),
        count=count,
        keys=keys,
        enter=enter,
    )


def staff_mode(sight: Sight, scene: Staff) -> AccountBody:
    shown = Shown(sight, scene)
    rows = _rows(shown)
    part = shown.say(f"staff.{scene.part.value}")
    return AccountBody(
        title=shown.say("staff.title"),
        sentence=shown.say(f"staff.{scene.part.value}-sentence"),
        allowance=None,
        tabs=tuple(_tab(shown, part) for part in StaffPart),
        rows=rows,
        nothing=None
        if rows
        else Nothing(shown.say("staff.nothing"), shown.say("staff.nothing-sentence"), "circle-check"),
        whole=None,
        paging=paging(sight.words, "staff", part),
    )


def _tab(shown: Shown, part: StaffPart) -> Tab:
    around, scene = shown.sight.state.around, shown.scene
    value, alerts = "", False
    if part is StaffPart.DOUBTS and around.doubts:
        value, alerts = str(len(around.doubts)), True
    return Tab(
        f"staff.tab-{part.value}",
        shown.say(f"staff.{part.value}"),
        value,
        PARTS[part],
        Touched(Touch.SHOW, part.value),
        part is scene.part,
        alerts,
    )


def _rows(shown: Shown) -> tuple[RowView, ...]:
    around, scene = shown.sight.state.around, shown.scene
    match scene.part:
        case StaffPart.DEVICES:
            lamps = (_lamps(shown),) if around.policy.lamps else ()
            return (*(_device(shown, device) for device in DEVICES), *lamps)
        case StaffPart.MACHINE:
            return _bin(shown), _service(shown), _restart(shown), _switch_off(shown)
        case StaffPart.DOUBTS:
            return tuple(_doubt(shown, doubt) for doubt in around.doubts.values())
        case StaffPart.JOURNAL:
            return tuple(_line(shown, line) for line in scene.lines)
        case _:
            assert_never(scene.part)


def _device(shown: Shown, device: Device) -> RowView:
    around = shown.sight.state.around
    health = around.devices.get(device, Health.UNKNOWN)
    tone, icon = HEALTH[health]
    detail, colour, button = _trial(shown, device), MUTED, None
    if device is Device.PAD and around.pad:
        detail, colour = _tags(shown), INK
    if device is Device.PRINTER:
        paper = shown.say(f"staff.paper-{around.paper.value}")
        detail = shown.sight.words.say("list.ended").join((paper, detail)) if around.prints else paper
        colour = PAPER[around.paper].ink
        ready = around.prints and shown.scene.job is None
        action = Touched(Touch.TEST, device.value) if ready else None
        why = "" if ready else shown.say("staff.not-now")
        button = RowButton("test", shown.say("staff.test-print"), "printer", action, why)
    if device in around.faults:
        detail, colour = shown.say("staff.fault", code=around.faults[device]), tone.ink
    return _row(
        shown.say(f"staff.{device.value}"),
        health.value,
        Pill(shown.say(f"staff.health-{health.value}"), icon, tone),
        (detail, colour),
        DEVICES[device],
        button,
    )


def _tags(shown: Shown) -> str:
    """What lies on the pad: told, and nothing is done with it."""
    pad = tuple(shown.sight.state.around.pad.values())
    told = [shown.count("staff.tags", len(pad)), *(_tag(shown, tag) for tag in pad[:MOST_TAGS])]
    return shown.sight.words.say("list.ended").join(told)


def _tag(shown: Shown, tag: OnPad) -> str:
    marks = shown.sight.state.around.policy.marks
    if tag.kind is None:
        return shown.say("staff.tag-reading", number=tag.uid)
    words = {marks.on_loan: "staff.tag-on-loan", marks.in_stock: "staff.tag-in-stock"}
    key = words.get(tag.afi, "staff.tag-strange") if tag.afi is not None else "staff.tag-strange"
    return shown.say(key, number=tag.item or tag.uid)


def _trial(shown: Shown, device: Device) -> str:
    tried = shown.scene.tried.get(device)
    if tried is None:
        return shown.say(f"staff.try-{device.value}")
    return _outcome(shown, tried, f"staff.{device.value}-{tried.trial.value}")


def _outcome(shown: Shown, tried: Tried, key: str) -> str:
    said = shown.say(key, count=tried.characters)
    if tried.trial is Trial.WAITING:
        return said
    return shown.say("staff.at", time=clock(tried.at, shown.sight.zone), said=said)


def _lamps(shown: Shown) -> RowView:
    tried = shown.scene.lamps
    detail = shown.say("staff.try-lamps") if tried is None else _outcome(shown, tried, "staff.lamps-worked")
    button = RowButton("test", shown.say("staff.test-lamps"), "lightbulb", Touched(Touch.TEST, staff.LAMPS))
    pill = Pill(shown.say("staff.health-unasked"), "circle-question-mark", PLAIN)
    return _row(shown.say("staff.lamps"), "unknown", pill, (detail, MUTED), "lightbulb", button)


def _bin(shown: Shown) -> RowView:
    held = shown.sight.state.around.in_bin
    pill = Pill(shown.count("staff.bin-count", held), "book-down", PLAIN if held else OK)
    return _row(
        shown.say("staff.bin"),
        "counted",
        pill,
        (shown.say("staff.bin-detail"), MUTED),
        "archive",
        _do(shown, Deed.EMPTY_BIN),
    )


def _service(shown: Shown) -> RowView:
    closed = shown.sight.state.around.closed
    pill = (
        Pill(shown.say("staff.closed"), "lock", WARN) if closed else Pill(shown.say("staff.opened"), "circle-check", OK)
    )
    deed = Deed.OPEN if closed else Deed.CLOSE
    detail = shown.say("staff.closed-detail" if closed else "staff.opened-detail")
    icon = "lock" if closed else "lock-open"
    return _row(
        shown.say("staff.service"), "closed" if closed else "open", pill, (detail, MUTED), icon, _do(shown, deed, icon)
    )


def _restart(shown: Shown) -> RowView:
    return _ending(shown, Deed.RESTART, "rotate-cw", shown.say("staff.restart-title"))


def _switch_off(shown: Shown) -> RowView:
    return _ending(shown, Deed.SWITCH_OFF, "power", shown.say("staff.switch-off-title"))


def _ending(shown: Shown, deed: Deed, icon: str, title: str) -> RowView:
    asked = shown.scene.asked is deed
    detail = (shown.say("staff.really"), WARN.ink) if asked else (shown.say(f"staff.{deed.value}-detail"), MUTED)
    pill = Pill(shown.say("staff.running"), "circle-check", OK)
    return _row(title, "running", pill, detail, icon, _do(shown, deed, icon))


def _do(shown: Shown, deed: Deed, icon: str = "check") -> RowButton:
    asked = shown.scene.asked is deed
    may = staff.may(shown.sight.state.around, deed)
    key = f"staff.really-{deed.value}" if asked else f"staff.{deed.value}"
    action = Touched(Touch.DO, deed.value) if may else None
    return RowButton("do", shown.say(key), icon, action, "" if may else shown.say("staff.not-now"), urgent=asked)


def _doubt(shown: Shown, doubt: Doubt) -> RowView:
    known = shown.sight.state.around.known.get(doubt.item)
    title = known.title if known is not None and known.title.strip() else shown.sight.words.say("list.unknown-title")
    kinds = {
        Purpose.BORROW: "staff.doubt-borrow",
        Purpose.RETURN: "staff.doubt-return",
        Purpose.ACCOUNT: "staff.doubt-renew",
    }
    when = shown.say("staff.at", time=_moment(shown, doubt), said=shown.say(kinds[doubt.purpose]))
    pill = Pill(shown.say("staff.doubt-told" if doubt.told else "staff.doubt-open"), "circle-alert", WARN)
    return RowView(title, doubt.item, "doubtful", pill, when, MUTED, cover_of(title, doubt.item), private=True)


def _moment(shown: Shown, doubt: Doubt) -> str:
    zone = shown.sight.zone
    return f"{today(doubt.since, zone, shown.sight.words)} {clock(doubt.since, zone)}"


def _line(shown: Shown, line: JournalLine) -> RowView:
    """The row's own word stands for itself: staff read it to whoever looks after the machine."""
    words = shown.sight.words
    known = words.known(f"journal.{line.kind.value.replace('.', '-')}")
    title = line.kind.value if known is None else known.other
    pill = Pill(clock(line.at, shown.sight.zone), "hourglass", PLAIN)
    said = today(line.at, shown.sight.zone, words)
    if line.item:
        said = words.say("list.joined").join((said, shown.say("staff.line-of", item=line.item)))
    return _row(title, line.kind.value, pill, (said, MUTED), "scroll-text", None)


def _row(title: str, state: str, pill: Pill, detail: tuple[str, str], icon: str, button: RowButton | None) -> RowView:
    said, colour = detail
    cover = cover_of("", icon)
    return RowView(title, "", state, pill, said, colour, cover, button, private=True, icon=icon)
