"""State → view model, one function a scene. Pure: the moment comes in as `now_s`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from kiosk.model.circulation import Language, Purpose
from kiosk.model.reasons import Reason
from kiosk.screens.dates import clock, due_day, today
from kiosk.screens.rows import (
    WORKING,
    cover,
    is_yours_already,
    needs_attention,
    reason_sentence,
    row_view,
    tone_of_notice,
)
from kiosk.screens.tokens import OK, PLAIN, WARN, WORK
from kiosk.screens.tree import Role
from kiosk.screens.view import (
    Allowance,
    AttractBody,
    Banner,
    Body,
    Button,
    Choice,
    Header,
    HelpOverlay,
    HomeBody,
    IdentifyBody,
    ListBody,
    OutBody,
    ReceiptBody,
    Summary,
    TimeoutOverlay,
    View,
)
from kiosk.screens.words import Words, words
from kiosk.session.events import Paper, Touch, Touched
from kiosk.session.state import (
    Attract,
    Borrowing,
    Closing,
    Home,
    Identifying,
    Kiosk,
    OutCause,
    OutOfService,
    ReceiptStage,
    Returning,
    Row,
    Stage,
)

HELP_STEPS = 3
SPIN_STEPS_A_SECOND = 10
SPIN_DEGREES = 45
SWAY_UNITS = 12
SWAY_PERIOD_S = 2.4
MOST_COVERS = 8


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """What the screens of one library show."""

    library_zh: str
    library_en: str
    motion: bool = True

    def library(self, language: Language) -> str:
        return self.library_zh if language is Language.ZH else self.library_en


@dataclass(frozen=True, slots=True)
class Sight:
    """What a scene's view is made from."""

    state: Kiosk
    settings: ScreenSettings
    now_s: float

    @property
    def words(self) -> Words:
        return words(self.state.around.language)

    @property
    def other(self) -> Words:
        """The language that the second lines are in."""
        return words(_next_language(self.state))

    @property
    def zone(self) -> str:
        return self.state.around.policy.time_zone

    @property
    def utc(self) -> datetime:
        """The wall clock now, carried on from the last event."""
        around = self.state.around
        return around.utc + timedelta(seconds=max(0.0, self.now_s - around.now_s))


def view_of(state: Kiosk, settings: ScreenSettings, now_s: float) -> View:
    """What the kiosk shows at `now_s` (monotonic seconds, not before `state.around.now_s`)."""
    sight = Sight(state, settings, now_s)
    screen_id, body, third, countdown = _scene(sight)
    step = int(now_s * SPIN_STEPS_A_SECOND) if settings.motion else 0
    swing = math.sin(step / SPIN_STEPS_A_SECOND * 2 * math.pi / SWAY_PERIOD_S)
    return View(
        screen_id=screen_id,
        language=state.around.language,
        header=_header(sight),
        banners=_banners(sight),
        body=body,
        bar=_bar(sight, screen_id, third),
        countdown=countdown,
        overlay=_overlay(sight, screen_id),
        turn=step * SPIN_DEGREES % 360,
        sway=round(swing * SWAY_UNITS),
    )


def working_rows(state: Kiosk) -> bool:
    """Whether a turning icon is on the screen."""
    match state.scene:
        case Borrowing(rows=rows) | Returning(rows=rows):
            return any(row.stage in WORKING for row in rows)
        case Identifying():
            return True
        case OutOfService(causes=causes):
            return OutCause.STARTING in causes
        case Closing(receipt=receipt):
            return receipt is ReceiptStage.PRINTING
        case _:
            return False


def _scene(sight: Sight) -> tuple[str, Body, Button | None, str]:
    """Screen id, body, the button in the main place of the bar, and the line there where there is none."""
    scene = sight.state.scene
    say = sight.words.say
    match scene:
        case Attract():
            return "attract", _attract(sight), None, ""
        case Identifying():
            back = Button("identify.back", say("button.back"), "arrow-left", Touched(Touch.BACK))
            return "identify", _identify(sight, scene), back, ""
        case Home():
            leave = Button("home.leave", say("button.leave"), "log-out", Touched(Touch.BACK))
            return "home", _home(sight, scene), leave, ""
        case Borrowing():
            return "borrow", _list(sight, scene), _done(sight, "borrow.done", scene.finishing_s), ""
        case Returning():
            return "return", _list(sight, scene), _done(sight, "return.done", scene.finishing_s), ""
        case Closing():
            left_s = math.ceil(max(0.0, scene.until_s - sight.now_s))
            offered = scene.receipt is ReceiptStage.OFFERED
            return (
                "receipt",
                _receipt(sight, scene),
                None,
                sight.words.count("receipt.seconds", left_s) if offered else "",
            )
        case OutOfService(causes=causes):
            return ("starting" if OutCause.STARTING in causes else "out-of-service"), _out(sight, scene), None, ""
        case _:
            assert_never(scene)


def _countdown(sight: Sight, scene: Closing) -> str:
    if scene.receipt is not ReceiptStage.OFFERED:
        return ""
    return sight.words.count("receipt.seconds", math.ceil(max(0.0, scene.until_s - sight.now_s)))


def _header(sight: Sight) -> Header:
    settings, language = sight.settings, sight.state.around.language
    other = settings.library(_next_language(sight.state))
    name = settings.library(language) or sight.words.say("library.name")
    return Header(
        library=name,
        library_other=other if other != name else "",
        clock=clock(sight.utc, sight.zone),
        day=today(sight.utc, sight.zone, sight.words),
    )


def _next_language(state: Kiosk) -> Language:
    languages = state.around.policy.languages
    if state.around.language not in languages:
        return languages[0]
    return languages[(languages.index(state.around.language) + 1) % len(languages)]


def _bar(sight: Sight, screen_id: str, third: Button | None) -> tuple[Button, ...]:
    if screen_id == "starting":
        return ()
    found = [Button("help.open", sight.words.say("button.help"), "circle-question-mark", Touched(Touch.HELP))]
    following = _next_language(sight.state)
    if following is not sight.state.around.language:
        name = words(following).say("language.own-name")
        found.append(Button("language.next", name, "languages", Touched(Touch.NEXT_LANGUAGE)))
    return (*found, third) if third else tuple(found)


def _done(sight: Sight, node_id: str, finishing_s: float | None) -> Button:
    if finishing_s is not None:
        return Button(node_id, sight.words.say("button.wait"), "hourglass", None, main=True, busy=True)
    return Button(node_id, sight.words.say("button.done"), "check", Touched(Touch.DONE), main=True)


def _banners(sight: Sight) -> tuple[Banner, ...]:
    around, scene = sight.state.around, sight.state.scene
    found: list[Banner] = []
    notice = _notice(sight)
    if notice is not None:
        text = reason_sentence(notice, sight.words, sight.utc, sight.zone)
        tone = tone_of_notice(notice.code)
        icon = "triangle-alert" if tone is WARN else "circle-x"
        found.append(Banner("notice", text, icon, tone, Role.ALERT, notice.code.value))
    if isinstance(scene, Attract) and around.settled:
        text = sight.words.count("attract.settled", len(around.settled))
        found.append(Banner("attract.settled", text, "info", WORK, value=" ".join(around.settled)))
    if not around.online and not isinstance(scene, OutOfService | Closing):
        key = "offline.lends" if around.policy.offline.borrow else "offline.returns"
        found.append(Banner("offline", sight.words.say(key), "wifi-off", PLAIN))
    return tuple(found)


def _notice(sight: Sight) -> Reason | None:
    match sight.state.scene:
        case Attract(notice=notice, notice_until_s=until_s):
            return notice if notice is not None and sight.now_s < until_s else None
        case Identifying(problem=notice) | Home(notice=notice) | Borrowing(notice=notice) | Returning(notice=notice):
            return notice
        case _:
            return None


def _choices(sight: Sight, screen: str, seconds: tuple[str, str]) -> tuple[Choice, ...]:
    say = sight.words.say
    borrow = Choice(f"{screen}.borrow", say("button.borrow"), seconds[0], "book-up", Touched(Touch.BORROW), main=True)
    back = Choice(f"{screen}.return", say("button.return"), seconds[1], "book-down", Touched(Touch.RETURN))
    return borrow, back


def _attract(sight: Sight) -> AttractBody:
    seconds = (sight.other.say("button.borrow"), sight.other.say("button.return"))
    return AttractBody(
        welcome=sight.words.say("attract.welcome"),
        title=sight.words.say("attract.title"),
        tagline=sight.words.say("attract.tagline"),
        choices=_choices(sight, "attract", seconds),
    )


def _identify(sight: Sight, scene: Identifying) -> IdentifyBody:
    say = sight.words.say
    books = len(sight.state.around.pad)
    sentence = say("identify.sentence")
    if books and scene.purpose is not Purpose.RETURN:
        sentence = sight.words.count("identify.books", books)
    return IdentifyBody(
        title=say("identify.looking") if scene.ask else say("identify.title"),
        sentence=sentence,
        alternative=say("identify.alternative"),
        looking=scene.ask is not None,
    )


def _allowance(words: Words, may_borrow: int | None) -> Allowance | None:
    if may_borrow is None:
        return None
    count = words.say("list.allowance-count", count=may_borrow) if may_borrow > 0 else words.say("list.allowance-none")
    return Allowance(words.say("list.allowance"), count)


def _home(sight: Sight, scene: Home) -> HomeBody:
    say, name = sight.words.say, scene.patron.given_name.strip()
    return HomeBody(
        title=say("home.title", name=name) if name else say("home.title-nameless"),
        sentence=say("home.sentence"),
        allowance=_allowance(sight.words, scene.patron.may_borrow),
        choices=_choices(sight, "home", (say("home.borrow"), say("home.return"))),
        hint=say("home.hint"),
    )


def _list(sight: Sight, scene: Borrowing | Returning) -> ListBody:
    say = sight.words.say
    purpose = Purpose.BORROW if isinstance(scene, Borrowing) else Purpose.RETURN
    key = purpose.value
    name = scene.patron.given_name.strip() if isinstance(scene, Borrowing) else ""
    working = sum(row.stage in WORKING for row in scene.rows)
    sentence, private = say("return.sentence") if purpose is Purpose.RETURN else say("borrow.sentence-nameless"), False
    if name:
        sentence, private = say("borrow.sentence", name=name), True
    if scene.finishing_s is not None:
        sentence, private = sight.words.count("list.finishing", max(1, working)), False
    return ListBody(
        id=key,
        title=say(f"{key}.title"),
        sentence=sentence,
        sentence_private=private,
        allowance=_allowance(sight.words, scene.patron.may_borrow) if isinstance(scene, Borrowing) else None,
        rows=tuple(row_view(row, purpose, sight.words, sight.utc, sight.zone) for row in scene.rows),
        summary=_summary(sight.words, scene.rows, purpose),
        picture_hint=say(f"{key}.picture"),
        more_hint=say("list.more") if scene.finishing_s is None else "",
        page_label=sight.words.messages["list.page"].other,
        page_before=say("button.page-before"),
        page_after=say("button.page-after"),
        remove_label=say("button.remove"),
    )


def _summary(words: Words, rows: tuple[Row, ...], purpose: Purpose) -> Summary:
    if not rows:
        return Summary(words.say("list.summary-empty"), "info", PLAIN, 0.0)
    done = sum(row.stage is Stage.DONE for row in rows)
    working = sum(row.stage in WORKING for row in rows)
    attention = sum(needs_attention(row) for row in rows)
    parts = []
    if done:
        parts.append(words.count(f"{purpose.value}.counted", done))
    if working:
        parts.append(words.count("list.working", working))
    if attention:
        parts.append(words.count("list.attention", attention))
    progress = 1 - (working + sum(row.stage is Stage.PUT_BACK for row in rows)) / len(rows)
    counted = words.say("list.joined").join(parts)
    if working:
        return Summary(counted, "info", PLAIN, progress)
    if attention:
        return Summary(counted, "circle-alert", WARN, progress)
    ended = words.say("list.ended") if counted else ""
    return Summary(counted + ended + words.say("list.all-done"), "circle-check", OK, progress)


def _receipt(sight: Sight, scene: Closing) -> ReceiptBody:
    say = sight.words.say
    borrowed = [row for row in scene.borrowed if row.stage is Stage.DONE]
    returned = [row for row in scene.returned if row.stage is Stage.DONE]
    left = sum(not is_yours_already(row) for row in scene.others)
    anything = bool(borrowed or returned)
    offered = scene.receipt is ReceiptStage.OFFERED and anything
    has_paper = sight.state.around.paper is not Paper.NONE
    print_it = Choice(
        "receipt.print", say("button.print"), sight.other.say("button.print"), "printer", Touched(Touch.PRINT)
    )
    none_key = "button.no-receipt" if offered and has_paper else "button.finish"
    none = Button("receipt.none", say(none_key), "check", Touched(Touch.NO_RECEIPT), main=True)
    return ReceiptBody(
        title=_receipt_title(sight.words, len(borrowed), len(returned)),
        sentence=_due_sentence(sight, borrowed) or say("receipt.thanks" if anything else "receipt.take-all"),
        icon="check" if anything else "hand",
        tone=OK if anything else WORK,
        covers=tuple(cover(row) for row in (*borrowed, *returned))[:MOST_COVERS],
        left_over=Banner("receipt.left-over", sight.words.count("receipt.left-over", left), "circle-alert", WARN)
        if left
        else None,
        question=say("receipt.question") if offered and has_paper else "",
        choices=(print_it,) if offered and has_paper else (),
        none=none if scene.receipt is ReceiptStage.OFFERED else None,
        note=_receipt_note(sight.words, scene.receipt, offered=offered, has_paper=has_paper),
    )


def _receipt_title(words: Words, borrowed: int, returned: int) -> str:
    if borrowed and returned:
        return words.say("receipt.both", borrowed=borrowed, returned=returned)
    if borrowed:
        return words.count("receipt.borrowed", borrowed)
    if returned:
        return words.count("receipt.returned", returned)
    return words.say("receipt.nothing")


def _due_sentence(sight: Sight, borrowed: list[Row]) -> str:
    due = sorted(row.due for row in borrowed if row.due is not None)
    if not due:
        return ""
    days = [due_day(day, sight.utc, sight.zone, sight.words) for day in due]
    return sight.words.say("receipt.due" if len(set(days)) == 1 else "receipt.due-first", date=days[0])


def _receipt_note(words: Words, stage: ReceiptStage, *, offered: bool, has_paper: bool) -> Banner | None:
    match stage:
        case ReceiptStage.OFFERED if offered and not has_paper:
            return Banner("receipt.note", words.say("receipt.no-paper"), "printer", PLAIN)
        case ReceiptStage.OFFERED:
            return None
        case ReceiptStage.PRINTING:
            return Banner("receipt.note", words.say("receipt.printing"), "printer", WORK)
        case ReceiptStage.PRINTED:
            return Banner("receipt.note", words.say("receipt.printed"), "receipt-text", OK)
        case ReceiptStage.FAILED:
            return Banner("receipt.note", words.say("receipt.failed"), "printer", WARN, Role.ALERT)
        case ReceiptStage.DECLINED:
            return Banner("receipt.note", words.say("receipt.declined"), "book-open", PLAIN)
        case _:
            assert_never(stage)


def _out(sight: Sight, scene: OutOfService) -> OutBody:
    say = sight.words.say
    if OutCause.STARTING in scene.causes:
        return OutBody(say("out.starting"), (say("out.starting-sentence"),), (), "loader", WORK, spins=True)
    found = [Banner("out-of-service.desk", say("out.desk"), "user-round", WORK)]
    if scene.session is not None:
        found.append(Banner("out-of-service.session", say("out.session"), "circle-alert", WARN))
    sentences = tuple(say(f"out.{cause.value}") for cause in scene.causes)
    return OutBody(say("out.title"), (*sentences, say("out.recovers")), tuple(found), "wrench", WARN, spins=False)


def _overlay(sight: Sight, screen_id: str) -> TimeoutOverlay | HelpOverlay | None:
    scene, say = sight.state.scene, sight.words.say
    if isinstance(scene, Identifying | Home | Borrowing | Returning) and scene.idle.warned_s is not None:
        warning_s = sight.state.around.policy.timeouts.warning_s
        left_s = max(0.0, scene.idle.warned_s + warning_s - sight.now_s)
        seconds = math.ceil(left_s)
        return TimeoutOverlay(
            title=say("timeout.title"),
            seconds=seconds,
            left=min(1.0, seconds / warning_s) if warning_s > 0 else 0.0,
            seconds_text=sight.words.count("timeout.seconds", seconds),
            sentence=say("timeout.books" if getattr(scene, "rows", ()) else "timeout.nothing"),
            stay=Button("timeout.stay", say("button.stay"), "hand", Touched(Touch.STILL_HERE), main=True),
        )
    if scene.help:
        topic = "out" if screen_id in ("out-of-service", "starting") else screen_id
        return HelpOverlay(
            title=say("help.title"),
            steps=tuple(say(f"help.{topic}-{step}") for step in range(1, HELP_STEPS + 1)),
            desk=say("help.desk"),
            close=Button("help.close", say("button.close"), "check", Touched(Touch.CLOSE_HELP), main=True),
        )
    return None
