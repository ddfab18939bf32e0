"""What every scene is looked at through: the state, the settings and the moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.model.circulation import Language
from kiosk.screens.settings import ScreenSettings
from kiosk.session.state import Kiosk
from kiosk.words.sentences import Words, words


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
        return words(other_language(self.state))

    @property
    def zone(self) -> str:
        return self.state.around.policy.time_zone

    @property
    def utc(self) -> datetime:
        """The wall clock now, carried on from the last event."""
        around = self.state.around
        return around.utc + timedelta(seconds=max(0.0, self.now_s - around.now_s))


def other_language(state: Kiosk) -> Language:
    """The library's first language; where that is shown (or its other script), the next one that is another."""
    shown = state.around.language
    others = (one for one in state.around.policy.languages if _spoken(one) != _spoken(shown))
    return next(others, shown)


def _spoken(language: Language) -> str:
    """The language whatever its script: `zh` of `zh-Hant`."""
    return language.value.partition("-")[0]


def next_language(state: Kiosk) -> Language:
    languages = state.around.policy.languages
    if state.around.language not in languages:
        return languages[0]
    return languages[(languages.index(state.around.language) + 1) % len(languages)]
