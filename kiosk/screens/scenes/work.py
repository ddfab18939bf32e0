"""Borrow and return: the live list and its counts."""

from __future__ import annotations

from kiosk.model.circulation import Purpose
from kiosk.screens.rows import (
    WORKING,
    needs_attention,
    row_view,
)
from kiosk.screens.scenes.sight import Sight
from kiosk.screens.scenes.welcome import allowance
from kiosk.screens.tokens import OK, PLAIN, WARN
from kiosk.screens.view import (
    Button,
    ListBody,
    Paging,
    Summary,
)
from kiosk.session.events import Touch, Touched
from kiosk.session.state import Borrowing, Returning, Row, Stage
from kiosk.words.sentences import Words


def live_list(sight: Sight, scene: Borrowing | Returning) -> ListBody:
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
        allowance=allowance(sight.words, scene.patron.may_borrow) if isinstance(scene, Borrowing) else None,
        rows=tuple(row_view(row, purpose, sight.words, sight.utc, sight.zone) for row in scene.rows),
        summary=_summary(sight.words, scene.rows, purpose),
        picture_hint=say(f"{key}.picture"),
        more_hint=say("list.more") if scene.finishing_s is None else "",
        paging=paging(sight.words, key, say(f"{key}.title")),
    )


def paging(words: Words, prefix: str, title: str) -> Paging:
    """The words of a list's pages."""
    label = words.messages["list.page"].other
    return Paging(prefix, title, label, words.say("button.page-before"), words.say("button.page-after"))


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


def done(sight: Sight, node_id: str, finishing_s: float | None) -> Button:
    if finishing_s is not None:
        return Button(node_id, sight.words.say("button.wait"), "hourglass", None, main=True, busy=True)
    return Button(node_id, sight.words.say("button.done"), "check", Touched(Touch.DONE), main=True)
