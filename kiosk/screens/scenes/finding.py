"""Looking for a title: the box with what is found, and one title with its place."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model.circulation import Language
from kiosk.model.finding import FoundCopy, FoundTitle, How, TitlesFound, Whereabouts
from kiosk.screens import qr
from kiosk.screens.rows import cover_of
from kiosk.screens.scenes.keys import choices, keys
from kiosk.screens.scenes.sight import Sight
from kiosk.screens.scenes.work import paging
from kiosk.screens.tokens import ERROR, OK, PLAIN, WARN, WORK
from kiosk.screens.view import Banner, Button, FindBody, FoundRow, Nothing, Pill, Plan, TitleBody
from kiosk.screens.way import length, shelf_of, way
from kiosk.session.events import Touch, Touched
from kiosk.session.finding import LIKE
from kiosk.session.opened import HoldStage, Opened
from kiosk.session.state import Finding
from kiosk.words.dates import clock, iso_day
from kiosk.words.reasons import reason_sentence

CELLS_A_METRE = 2
MOST_COPIES = 4
MOST_LIKE = 3
CODE_TITLE = 24
"""Characters of a title in its QR code, which stays small by that."""


def find(sight: Sight, scene: Finding) -> FindBody:
    say = sight.words.say
    found = scene.found if scene.typed else None
    rows = () if found is None else tuple(_row(sight, one, str(n)) for n, one in enumerate(found.titles, 1))
    return FindBody(
        title=say("find.title"),
        typed=scene.typed,
        hint=say("find.hint"),
        busy=scene.ask is not None,
        said="" if found is None or not rows else _said(sight, found),
        rows=rows,
        nothing=None if rows else _nothing(sight, scene),
        keys=(*choices(sight, scene.typed, scene.row), *keys(sight.words, scene.keys)),
        paging=paging(sight.words, "find", say("find.title")),
    )


def title(sight: Sight, scene: Finding, opened: Opened) -> TitleBody:
    say, shown, told = sight.words.say, opened.title, opened.told
    like = () if told is None else told.like[:MOST_LIKE]
    copies = () if told is None else tuple(_copy(sight, shown, copy) for copy in told.copies[:MOST_COPIES])
    return TitleBody(
        title=shown.title if shown.title.strip() else say("list.unknown-title"),
        author=shown.author,
        cover=cover_of(shown.title, shown.key),
        pill=_pill(sight, shown),
        label=say("item.call-number"),
        call_number=shown.call_number or say("item.no-call-number"),
        where=_where(sight, opened),
        plan=_plan(sight, shown),
        copies=copies if len(copies) > 1 else (),
        hold=_hold(sight, scene, opened),
        note=_note(sight, scene, opened),
        like_label=say("item.like"),
        like=tuple(_row(sight, one, f"{LIKE}{n}") for n, one in enumerate(like, 1)),
        code=qr.modules("\n".join(filter(None, (shown.call_number, shown.title[:CODE_TITLE])))),
        code_label=say("item.keep"),
    )


def banners(sight: Sight, scene: Finding) -> tuple[Banner, ...]:
    """Without a line: from when it is what stands here, and that looking for more needs the line."""
    if sight.state.around.online:
        return ()
    if scene.told_at is None or (scene.found is None and scene.opened is None):
        return (Banner("offline", sight.words.say("find.offline"), "wifi-off", PLAIN),)
    text = sight.words.say("find.as-of", time=clock(scene.told_at, sight.zone))
    return (Banner("offline", text, "wifi-off", PLAIN),)


def leave(sight: Sight, scene: Finding) -> Button:
    """From a title back to the list; from the list to where it began."""
    if scene.opened is not None:
        return Button("item.back", sight.words.say("button.back"), "arrow-left", Touched(Touch.BACK))
    if scene.session is not None:
        return Button("find.leave", sight.words.say("button.leave"), "log-out", Touched(Touch.DONE))
    return Button("find.back", sight.words.say("button.back"), "arrow-left", Touched(Touch.BACK))


def new_books(sight: Sight) -> tuple[FoundRow, ...]:
    """The newest titles, shown to everybody."""
    told = enumerate(sight.state.around.board.told.books, 1)
    return tuple(replace(_row(sight, one, str(number)), id=f"attract.book.{number}") for number, one in told)


def _row(sight: Sight, found: FoundTitle, number: str) -> FoundRow:
    name = found.title if found.title.strip() else sight.words.say("list.unknown-title")
    kind = "item" if number.startswith(LIKE) else "find.item"
    return FoundRow(
        id=f"{kind}.{number}",
        title=name,
        author=found.author,
        call_number=found.call_number,
        cover=cover_of(found.title, found.key),
        pill=_pill(sight, found),
        action=Touched(Touch.OPEN, number),
    )


def _pill(sight: Sight, found: FoundTitle | FoundCopy) -> Pill:
    say = sight.words.say
    match found.whereabouts:
        case Whereabouts.HERE:
            return Pill(say("find.here"), "circle-check", OK)
        case Whereabouts.ELSEWHERE:
            return Pill(say("find.elsewhere"), "map-pin", WORK)
        case Whereabouts.READING:
            return Pill(say("find.reading"), "book-open", WORK)
        case Whereabouts.LENT:
            return Pill(say("find.lent"), "hourglass", WARN)
        case Whereabouts.KEPT:
            return Pill(say("find.kept"), "bookmark", WARN)
        case Whereabouts.NOWHERE:
            return Pill(say("find.nowhere"), "circle-x", PLAIN)


def _said(sight: Sight, found: TitlesFound) -> str:
    words = sight.words
    match found.how:
        case How.SPELLED:
            return words.say("find.spelled", words=found.meant)
        case How.SOUNDING:
            return words.say("find.sounding")
        case How.FEWER:
            return words.say("find.fewer", words=found.meant)
        case How.EXACTLY if found.more:
            return words.say("find.more", count=found.count)
        case How.EXACTLY:
            return words.count("find.count", found.count)


def _nothing(sight: Sight, scene: Finding) -> Nothing:
    say = sight.words.say
    if not sight.state.around.online:
        return Nothing(say("find.needs-line"), say("find.needs-line-sentence"), "wifi-off")
    if scene.silent:
        again = Button("find.again", say("button.again"), "rotate-cw", Touched(Touch.FIND))
        return Nothing(say("find.silent"), say("find.silent-sentence"), "circle-alert", button=again)
    if scene.typed and scene.found is not None and scene.found_of == scene.typed:
        return Nothing(say("find.none"), say("find.none-sentence"), "circle-question-mark")
    if scene.typed:
        return Nothing(say("find.looking"), say("button.wait"), "loader", spins=True)
    return Nothing(say("find.start"), say("find.start-sentence"), "search")


def _where(sight: Sight, opened: Opened) -> str:
    """Where it is, and when it will be there, in one sentence."""
    say, shown = sight.words.say, opened.title
    if opened.gone:
        return say("item.gone")
    waiting = 0 if opened.told is None else opened.told.waiting
    queue = sight.words.count("item.waiting", waiting) if waiting else ""
    match shown.whereabouts:
        case Whereabouts.HERE | Whereabouts.READING:
            floor = sight.settings.floor
            shelf = None if floor is None else shelf_of(floor, shown.call_number)
            said = say("item.here") if shelf is None else say("item.here-shelf", shelf=shelf.name)
            if shown.whereabouts is Whereabouts.READING:
                said = say("list.ended").join((said, say("item.reading")))
        case Whereabouts.ELSEWHERE:
            said = say("item.elsewhere", branch=shown.branch)
        case Whereabouts.LENT if shown.due is not None:
            said = say("item.lent-until", date=iso_day(shown.due.isoformat(), sight.utc, sight.zone, sight.words))
        case Whereabouts.LENT | Whereabouts.KEPT:
            said = say("item.kept")
        case Whereabouts.NOWHERE:
            said = say("item.nowhere")
    return say("list.ended").join(filter(None, (said, queue)))


def _plan(sight: Sight, shown: FoundTitle) -> Plan | None:
    """Only for what stands on a shelf of this floor."""
    floor = sight.settings.floor
    if floor is None or shown.whereabouts not in (Whereabouts.HERE, Whereabouts.READING):
        return None
    shelf = shelf_of(floor, shown.call_number)
    if shelf is None:
        return None
    zh = sight.state.around.language is Language.ZH
    corners = way(floor, shelf)
    metres = max(1, length(corners) // CELLS_A_METRE)
    return Plan(
        floor=floor,
        shelf=shelf,
        way=corners,
        here=sight.words.say("item.you-are-here"),
        names=tuple(place.name_zh if zh else place.name_en for place in floor.place),
        said=sight.words.say("item.map", shelf=shelf.name, metres=metres),
    )


def _copy(sight: Sight, title: FoundTitle, copy: FoundCopy) -> str:
    """One line: where, which number if it is another, and how it is."""
    say = sight.words.say
    said = _pill(sight, copy).text
    if copy.due is not None:
        said = say("item.until", date=iso_day(copy.due.isoformat(), sight.utc, sight.zone, sight.words))
    place = copy.branch or say("item.this-branch")
    number = copy.call_number if copy.call_number != title.call_number else ""
    return say("list.joined").join(filter(None, (place, number, said)))


def _hold(sight: Sight, scene: Finding, opened: Opened) -> Button | None:
    """To wait for it; a book that stands on the shelf here is taken there."""
    say, here = sight.words.say, opened.title.whereabouts is Whereabouts.HERE
    if opened.gone or opened.stage is HoldStage.PLACED or (here and opened.stage is HoldStage.NONE):
        return None
    if opened.stage is HoldStage.ASKING or scene.card_ask is not None:
        return Button("item.hold", say("button.wait"), "hourglass", None, busy=True)
    label, silent = say("item.hold"), [reason.code for reason in opened.reasons] == ["no-answer"]
    if not sight.state.around.online:
        return Button("item.hold", label, "bookmark", None, why=say("account.needs-line"))
    if scene.patron is None:
        return Button("item.hold", label, "bookmark", None, why=say("item.tap-card"))
    if opened.stage is HoldStage.REFUSED and not silent:
        return None
    return Button("item.hold", label, "bookmark", Touched(Touch.HOLD), main=True)


def _note(sight: Sight, scene: Finding, opened: Opened) -> Banner | None:
    say = sight.words.say
    if opened.stage is HoldStage.PLACED:
        where = opened.pickup or say("account.here")
        text = say("item.placed-next" if opened.place == 1 else "item.placed", place=opened.place, where=where)
        return Banner("item.note", text, "circle-check", OK)
    if opened.stage is HoldStage.REFUSED:
        sight_reasons = (reason_sentence(one, sight.words, sight.utc, sight.zone, "hold") for one in opened.reasons)
        return Banner("item.note", say("list.ended").join(dict.fromkeys(sight_reasons)), "circle-x", ERROR)
    if scene.patron is None and opened.title.whereabouts is not Whereabouts.HERE and not opened.gone:
        return Banner("item.note", say("item.tap-card"), "hand", WORK)
    return None
