"""What stands around every scene: header, bar, banners, and what lies over it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from kiosk.model.news import Happening
from kiosk.model.reasons import Reason
from kiosk.screens.rows import tone_of_notice
from kiosk.screens.scenes import account, finding
from kiosk.screens.scenes.sight import Sight, next_language, other_language
from kiosk.screens.tokens import OK, PLAIN, WARN, WORK
from kiosk.screens.tree import Role
from kiosk.screens.view import Banner, BannerItem, Button, Header
from kiosk.screens.whole_view import (
    AccessChoice,
    AccessOverlay,
    HelpOverlay,
    LanguageChoice,
    LanguagesOverlay,
    Overlay,
    TimeoutOverlay,
)
from kiosk.session.call_parts import CallStage
from kiosk.session.calling import may_call
from kiosk.session.events import Touch, Touched
from kiosk.session.idle import Attended
from kiosk.session.renewing import under_way
from kiosk.session.state import (
    Access,
    Account,
    Attract,
    Borrowing,
    Closing,
    Filling,
    Finding,
    Home,
    Identifying,
    OutOfService,
    Panel,
    Returning,
    Staff,
    StaffPin,
)
from kiosk.words.dates import clock, iso_day, today
from kiosk.words.reasons import reason_sentence
from kiosk.words.sentences import own_name

HELP_STEPS = 3
HELP_PICTURES = {
    "attract": "shelf",
    "identify": "reader",
    "form": "reader",
    "home": "pad",
    "borrow": "pad",
    "return": "pad",
    "account": "reader",
    "receipt": "shelf",
    "staff-pin": "reader",
    "staff": "pad",
}
MOST_ANNOUNCEMENTS = 2
EASIER: Mapping[Access, str] = {
    Access.LARGE: "a-large-small",
    Access.CONTRAST: "contrast",
    Access.LOW: "arrow-down-to-line",
    Access.CALM: "circle-pause",
    Access.TIME: "timer",
    Access.SPEECH: "headphones",
}
"""The icon of each way of making things easier, in the order of the panel."""
SWITCHED_LANGUAGES = 2
"""So many languages are switched by one button; more are chosen from a panel."""


def header(sight: Sight) -> Header:
    settings, language = sight.settings, sight.state.around.language
    other = settings.library(other_language(sight.state))
    name = settings.library(language) or sight.words.say("library.name")
    return Header(
        logo="logo" if "logo" in settings.theme.pictures else "",
        library=name,
        library_other=other if other != name else "",
        clock=clock(sight.utc, sight.zone),
        day=today(sight.utc, sight.zone, sight.words),
    )


def bar(sight: Sight, screen_id: str, third: Button | None) -> tuple[Button, ...]:
    if screen_id == "starting":
        return ()
    found = [Button("help.open", sight.words.say("button.help"), "circle-question-mark", Touched(Touch.HELP))]
    following = next_language(sight.state)
    if len(sight.state.around.policy.languages) > SWITCHED_LANGUAGES:
        speaks = sight.state.around.language
        label = own_name(speaks) if _has_home(sight) else sight.words.say("button.language")
        found.append(Button("language.open", label, "languages", Touched(Touch.LANGUAGES)))
    elif following is not sight.state.around.language:
        found.append(Button("language.next", own_name(following), "languages", Touched(Touch.NEXT_LANGUAGE)))
    if _has_home(sight):
        found.append(Button("home.open", sight.words.say("button.home"), "house", Touched(Touch.HOME)))
    label = sight.words.say("button.access")
    found.append(Button("access.open", label, "person-standing", Touched(Touch.ACCESS)))
    return (*found, third) if third else tuple(found)


def _has_home(sight: Sight) -> bool:
    """Screens within a patron's visit from which home is a touch away."""
    match sight.state.scene:
        case Account() as scene:
            return scene.paying is None and not under_way(scene)
        case Finding(session=session, opened=None):
            return session is not None
        case _:
            return False


def banners(sight: Sight) -> tuple[Banner, ...]:
    around, scene = sight.state.around, sight.state.scene
    found: list[Banner] = []
    notice = _notice(sight)
    if notice is not None:
        text = reason_sentence(notice, sight.words, sight.utc, sight.zone)
        tone = tone_of_notice(notice.code)
        icon = "triangle-alert" if tone is WARN else "circle-x"
        found.append(Banner("notice", text, icon, tone, Role.ALERT, notice.code.value))
    if isinstance(scene, Attract):
        found += _told_to_all(sight)
    if isinstance(scene, Attract) and around.settled:
        text = sight.words.count("attract.settled", len(around.settled))
        found.append(
            Banner(
                "attract.settled",
                text,
                "info",
                WORK,
                items=tuple(BannerItem(item, "", "settled") for item in around.settled),
            )
        )
    if isinstance(scene, Account) and scene.paying is not None:
        pass  # the order itself says what holds without the line
    elif isinstance(scene, Account):
        found += account.banners(sight, scene)
    elif isinstance(scene, Finding):
        found += finding.banners(sight, scene)
    elif not around.online and not isinstance(scene, OutOfService | Closing | StaffPin | Filling):
        key = "offline.lends" if around.policy.offline.borrow else "offline.returns"
        found.append(Banner("offline", sight.words.say(key), "wifi-off", PLAIN))
    return tuple(found)


def _told_to_all(sight: Sight) -> list[Banner]:
    """Hours and announcements."""
    at, settings = sight.utc.astimezone(ZoneInfo(sight.zone)), sight.settings
    found = []
    hours = _hours(sight, at)
    if hours:
        found.append(Banner("attract.hours", hours, "clock", PLAIN))
    board, speaks = sight.state.around.board.told, sight.state.around.language
    message = sight.state.around.message
    if message is not None:
        found.append(Banner("attract.fleet", message.said(speaks), "megaphone", WORK))
    standing = [one for one in (*settings.announcements, *board.announcements) if one.stands(at.date())]
    for number, one in enumerate(standing[:MOST_ANNOUNCEMENTS], 1):
        found.append(Banner(f"attract.announcement.{number}", one.said(speaks), "megaphone", WORK))
    coming = next((one for one in board.happenings if one.day >= at.date()), None)
    if coming is not None:
        text = sight.words.say("attract.event", when=_when(sight, coming), what=coming.said.said(speaks))
        found.append(Banner("attract.event", text, "calendar", WORK))
    return found


def _when(sight: Sight, coming: Happening) -> str:
    day = iso_day(coming.day.isoformat(), sight.utc, sight.zone, sight.words)
    return sight.words.say("attract.day-and-time", day=day, time=coming.at) if coming.at else day


def _hours(sight: Sight, at: datetime) -> str:
    opening, say = sight.settings.opening, sight.words.say
    today = opening.of(at.date())
    if today is not None and opening.open_now(at):
        return say("hours.open", time=today[1])
    following = opening.next_opening(at)
    if following is None:
        return ""
    day, begins = following
    if day == at.date():
        return say("hours.opens-today", time=begins)
    return say("hours.opens", date=iso_day(day.isoformat(), sight.utc, sight.zone, sight.words), time=begins)


def _notice(sight: Sight) -> Reason | None:
    match sight.state.scene:
        case Attract(notice=notice, notice_until_s=until_s):
            return notice if notice is not None and sight.now_s < until_s else None
        case Identifying(problem=notice) | Home(notice=notice) | Borrowing(notice=notice) | Returning(notice=notice):
            return notice
        case Account(notice=notice) | Finding(notice=notice):
            return notice
        case _:
            return None


def overlay(sight: Sight, screen_id: str) -> Overlay | None:
    scene, say = sight.state.scene, sight.words.say
    if isinstance(scene, Attended) and scene.idle.warned_s is not None:
        warning_s = sight.state.around.timeouts.warning_s
        left_s = max(0.0, scene.idle.warned_s + warning_s - sight.now_s)
        seconds = math.ceil(left_s)
        listed = isinstance(scene, Borrowing | Returning) and scene.rows
        return TimeoutOverlay(
            title=say("timeout.title"),
            seconds=seconds,
            left=min(1.0, seconds / warning_s) if warning_s > 0 else 0.0,
            seconds_text=sight.words.count("timeout.seconds", seconds),
            sentence=say("timeout.books" if listed else "timeout.nothing"),
            stay=Button("timeout.stay", say("button.stay"), "hand", Touched(Touch.STILL_HERE), main=True),
        )
    match sight.state.around.panel:
        case Panel.LANGUAGES:
            return _languages(sight)
        case Panel.ACCESS:
            return _access(sight)
        case None:
            pass
        case _:
            assert_never(sight.state.around.panel)
    if scene.help:
        topic = "out" if screen_id in ("out-of-service", "starting") else screen_id
        return HelpOverlay(
            title=say("help.title"),
            picture=HELP_PICTURES.get(topic, "shelf"),
            steps=tuple(say(f"help.{topic}-{step}") for step in range(1, HELP_STEPS + 1)),
            desk=_desk(sight),
            call=_call(sight),
            close=Button("help.close", say("button.close"), "check", Touched(Touch.CLOSE_HELP), main=True),
        )
    return None


def _desk(sight: Sight) -> Banner:
    """Where people are; and whether they were called."""
    around, say = sight.state.around, sight.words.say
    stage = None if around.call is None else around.call.stage
    match stage:
        case CallStage.CALLING:
            return Banner("help.desk", say("help.calling"), "bell-ring", WORK)
        case CallStage.HEARD:
            return Banner("help.desk", say("help.heard"), "circle-check", OK)
        case CallStage.UNHEARD:
            return Banner("help.desk", say("help.unheard"), "circle-alert", WARN, Role.ALERT)
        case None if not around.online:
            return Banner("help.desk", say("help.offline"), "wifi-off", PLAIN)
        case None:
            return Banner("help.desk", say("help.desk"), "user-round", WORK)
        case _:
            assert_never(stage)


def _call(sight: Sight) -> Button | None:
    """Not for staff themselves; not twice."""
    around = sight.state.around
    if isinstance(sight.state.scene, StaffPin | Staff):
        return None
    label = sight.words.say("button.call-staff")
    if may_call(around.online, around.call):
        return Button("help.call", label, "bell-ring", Touched(Touch.CALL_STAFF))
    why = "help.offline" if not around.online else "help.heard"
    return Button("help.call", label, "bell-ring", None, why=sight.words.say(why))


def _languages(sight: Sight) -> LanguagesOverlay:
    around = sight.state.around
    return LanguagesOverlay(
        title=sight.words.say("language.title"),
        choices=tuple(LanguageChoice(one, own_name(one), one is around.language) for one in around.policy.languages),
        close=Button("languages.close", sight.words.say("button.back"), "arrow-left", Touched(Touch.CLOSE_PANEL)),
    )


def _access(sight: Sight) -> AccessOverlay:
    say, chosen = sight.words.say, sight.state.around.access
    return AccessOverlay(
        title=say("access.title"),
        sentence=say("access.sentence"),
        choices=tuple(
            AccessChoice(one.value, say(f"access.{one.value}"), icon, say(_on_or_off(one in chosen)), one in chosen)
            for one, icon in EASIER.items()
            if one is not Access.SPEECH or sight.settings.speaks
        ),
        close=Button("access.close", say("button.done"), "check", Touched(Touch.CLOSE_PANEL), main=True),
    )


def _on_or_off(on: bool) -> str:
    return "access.on" if on else "access.off"
