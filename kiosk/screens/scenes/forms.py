"""Forms: one question at a time, what was answered, and that it is done."""

from __future__ import annotations

from typing import assert_never

from kiosk.screens.scenes.keys import address_keys, name_keys
from kiosk.screens.scenes.pad import pad, wrong
from kiosk.screens.scenes.sight import Sight
from kiosk.screens.view import Button, FormBody, Key, PinBody, StepBody
from kiosk.session.events import Touch, Touched
from kiosk.session.form_parts import OPTIONAL, Answering, Field, Form, how
from kiosk.session.forms import PINYIN
from kiosk.session.state import Filling
from kiosk.session.typing_keys import IN_A_ROW, offered

BORN_PARTS = (4, 6)
"""After so many digits of a date there is a space."""
DONE = {Form.PIN: "form.pin-done", Form.EMAIL: "form.email-done"}
POINTS = 3


def form(sight: Sight, scene: Filling) -> FormBody | PinBody | StepBody:
    if scene.done:
        return _done(sight, scene)
    match how(scene.at):
        case Answering.KEYBOARD:
            return _keyboard(sight, scene)
        case Answering.DIGITS | Answering.SECRET:
            return _digits(sight, scene)
        case Answering.CARD | Answering.WORD:
            return _step(sight, scene)
        case _:
            assert_never(how(scene.at))


def back(sight: Sight, scene: Filling) -> Button | None:
    """To the question before, or out."""
    if scene.ask is not None:
        return Button("form.back", sight.words.say("button.wait"), "hourglass", None, busy=True)
    if scene.done:
        return None
    return Button("form.back", sight.words.say("button.back"), "arrow-left", Touched(Touch.BACK))


def _titles(sight: Sight, scene: Filling) -> tuple[str, str]:
    key = f"form.{scene.at.value}"
    return sight.words.say(f"{key}-title"), sight.words.say(f"{key}-sentence")


def _enter(sight: Sight, scene: Filling, label: str, *, can: bool = True) -> Button:
    if scene.ask is not None:
        return Button("form.enter", sight.words.say("form.sending"), "loader", None, busy=True)
    action = Touched(Touch.ENTER) if can else None
    return Button("form.enter", sight.words.say(label), "check", action, main=can)


def _keyboard(sight: Sight, scene: Filling) -> FormBody:
    title, sentence = _titles(sight, scene)
    all_of_them = offered(scene, sight.state.around.language)
    first = scene.row * IN_A_ROW
    shown = all_of_them[first : first + IN_A_ROW]
    label = "button.skip" if scene.at in OPTIONAL and not scene.typed else "button.next"
    can = bool(scene.typed or scene.letters) or scene.at in OPTIONAL
    return FormBody(
        title=title,
        sentence=sentence,
        notices=wrong(sight, scene.problem),
        typed=scene.typed,
        letters=scene.letters,
        offered=tuple(
            Key(f"form.pick.{n}", one, Touched(Touch.PICK, str(n))) for n, one in enumerate(shown, first + 1)
        ),
        more=Key("form.more", sight.words.say("form.more"), Touched(Touch.MORE), icon="chevron-right")
        if len(all_of_them) > IN_A_ROW
        else None,
        keys=_keys(sight, scene),
        enter=_enter(sight, scene, label, can=can),
    )


def _keys(sight: Sight, scene: Filling) -> tuple[tuple[Key, ...], ...]:
    if scene.at is Field.EMAIL:
        return address_keys(sight.words)
    return name_keys(sight.words, scene.keys, pinyin=sight.state.around.language in PINYIN)


def _digits(sight: Sight, scene: Filling) -> PinBody:
    title, sentence = _titles(sight, scene)
    count = len(scene.typed)
    keys, enter = pad(sight.words, count, busy=scene.ask is not None)
    return PinBody(
        title=title,
        sentence=sentence,
        notices=wrong(sight, scene.problem),
        entered=sight.words.count("staff.pin-entered", count),
        count=count,
        keys=keys,
        enter=enter,
        id="form",
        text="" if how(scene.at) is Answering.SECRET else _spaced(scene),
    )


def _spaced(scene: Filling) -> str:
    """Digits in groups that can be read: those of a date as year, month, day, others by four."""
    digits = scene.typed
    if scene.at is Field.BORN:
        parts = (digits[: BORN_PARTS[0]], digits[BORN_PARTS[0] : BORN_PARTS[1]], digits[BORN_PARTS[1] :])
        return "-".join(filter(None, parts))
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _step(sight: Sight, scene: Filling) -> StepBody:
    say = sight.words.say
    title, sentence = _titles(sight, scene)
    notices, spins = wrong(sight, scene.problem), scene.ask is not None
    match scene.at:
        case Field.TERMS:
            points = tuple(("", say(f"form.terms-{n}")) for n in range(1, POINTS + 1))
            agree = _enter(sight, scene, "button.agree")
            return StepBody(title, sentence, notices, "credit-card", points, button=agree)
        case Field.GUARDIAN:
            return StepBody(title, sentence, notices, "nfc", spins=spins, reader=True)
        case _:
            send = _enter(sight, scene, "button.send")
            return StepBody(title, sentence, notices, "user-round", _said(sight, scene), button=send)


def _said(sight: Sight, scene: Filling) -> tuple[tuple[str, str], ...]:
    say, said = sight.words.say, scene.said
    family, given = said.get(Field.FAMILY, ""), said.get(Field.GIVEN, "")
    name = f"{given} {family}" if family.isascii() else family + given
    born = said.get(Field.BORN, "")
    return (
        (say("form.name"), name),
        (say("form.born"), f"{born[:4]}-{born[4:6]}-{born[6:]}"),
        (say("form.email"), said.get(Field.EMAIL, "") or say("form.none")),
    )


def _done(sight: Sight, scene: Filling) -> StepBody:
    say = sight.words.say
    on = Button("form.continue", say("button.continue"), "check", Touched(Touch.ENTER), main=True)
    if scene.joined is None:
        key = DONE.get(scene.form, "form.pin-done")
        return StepBody(say(key), say(f"{key}-sentence"), (), "circle-check", button=on)
    return StepBody(
        say("form.joined-title"),
        say("form.joined-sentence"),
        (),
        "circle-check",
        number=scene.joined.number,
        number_label=say("form.qr"),
        button=on,
    )
