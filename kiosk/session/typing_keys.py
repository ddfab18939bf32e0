"""What the keys on the screen do to an answer."""

from __future__ import annotations

from dataclasses import replace

from kiosk.model.circulation import Language
from kiosk.session.events import Touch, Touched
from kiosk.session.form_parts import LONGEST, NAMES, Answering, how
from kiosk.session.opened import Keys
from kiosk.session.state import Filling
from kiosk.words import accents, pinyin

IN_A_ROW = 5
"""Candidates side by side."""


def typed(scene: Filling, event: Touched, language: Language = Language.ZH) -> Filling:
    """The form after a key; the same where the key is none of this question's.

    Pinyin becomes characters of `language`.
    """
    match how(scene.at):
        case Answering.KEYBOARD:
            return _keyboard(scene, event, language)
        case Answering.DIGITS | Answering.SECRET:
            return _digits(scene, event)
        case Answering.CARD | Answering.WORD:
            return scene


def next_row(row: int, letters: str, language: Language) -> int:
    """The row of candidates after this one; the first again after the last."""
    rows = -(-len(pinyin.candidates(letters, language)) // IN_A_ROW)
    return (row + 1) % max(1, rows)


def offered(scene: Filling, language: Language) -> tuple[str, ...]:
    """What a touch puts into the answer: characters for the letters of pinyin; else, in a name, the last letter with
    its marks.
    """
    if scene.letters:
        return tuple(one.text for one in pinyin.candidates(scene.letters, language))
    return accents.marked(scene.typed[-1]) if scene.at in NAMES and scene.typed else ()


def picked(scene: Filling, number: int, language: Language) -> Filling:
    """What is offered under this number instead of the letters that it stands for."""
    if not scene.letters:
        marked = offered(scene, language)
        there = 1 <= number <= len(marked)
        return replace(scene, typed=scene.typed[:-1] + marked[number - 1], row=0) if there else scene
    known = pinyin.candidates(scene.letters, language)
    if not 1 <= number <= len(known):
        return scene
    one = known[number - 1]
    return replace(_longer(scene, one.text), letters=scene.letters[one.letters :], row=0)


def _keyboard(scene: Filling, event: Touched, language: Language) -> Filling:
    match event.what:
        case Touch.TYPE if len(event.target) == 1:
            return _sign(scene, event.target, language)
        case Touch.ERASE if scene.letters:
            return replace(scene, letters=scene.letters[:-1], row=0)
        case Touch.ERASE:
            return replace(scene, typed=scene.typed[:-1], row=0, problem=None)
        case Touch.CLEAR:
            return replace(scene, typed="", letters="", row=0, problem=None)
        case Touch.KEYS if event.target in set(Keys):
            return replace(scene, keys=Keys(event.target), letters="", row=0)
        case Touch.PICK if event.target.isascii() and event.target.isdecimal():
            return picked(scene, int(event.target), language)
        case Touch.MORE:
            rows = -(-len(offered(scene, language)) // IN_A_ROW)
            return replace(scene, row=(scene.row + 1) % max(1, rows))
        case _:
            return scene


def _sign(scene: Filling, sign: str, language: Language) -> Filling:
    if scene.keys is Keys.PINYIN and sign.isascii() and sign.isalpha():
        letters = scene.letters + sign.lower()
        return replace(scene, letters=letters, row=0, problem=None) if len(letters) <= pinyin.LONGEST else scene
    if scene.letters:
        return picked(scene, 1, language) if sign == " " else scene
    begins = scene.at in NAMES and (not scene.typed or scene.typed[-1] in " -'")
    return _longer(scene, sign.upper() if begins else sign)


def _digits(scene: Filling, event: Touched) -> Filling:
    match event.what:
        case Touch.DIGIT if len(event.target) == 1 and event.target.isascii() and event.target.isdecimal():
            return _longer(scene, event.target)
        case Touch.ERASE:
            return replace(scene, typed=scene.typed[:-1], problem=None)
        case _:
            return scene


def _longer(scene: Filling, more: str) -> Filling:
    typed = scene.typed + more
    return replace(scene, typed=typed, row=0, problem=None) if len(typed) <= LONGEST[scene.at] else scene
