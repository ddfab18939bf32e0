"""What templates call: words, instants, spans of time, conditions."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from kiosk.fleet.conditions import Condition
from kiosk.fleet.pages.telling import condition_text
from kiosk.model.circulation import Language
from kiosk.words.sentences import Words

LEVELS = ("ok", "plain", "warn", "error")
"""The style of each level."""


def word_functions(words: Words, zone: ZoneInfo, now: datetime) -> dict[str, object]:
    def word(group: str, code: object) -> str:
        """The words for a code; the code itself where a later version made it."""
        known = words.known(f"{group}.{code}") if code else None
        return str(code or "") if known is None else known.other

    def time(at: datetime | None) -> str:
        return "" if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")

    def span(seconds: float | None) -> str:
        """`3 d 4 h`: the two largest units."""
        if seconds is None:
            return ""
        whole = max(0, int(seconds))
        parts = [
            (whole // 86_400, "d"),
            (whole % 86_400 // 3_600, "h"),
            (whole % 3_600 // 60, "min"),
            (whole % 60, "s"),
        ]
        told = [f"{number} {unit}" for number, unit in parts if number][:2]
        return " ".join(told) or "0 s"

    def ago(at: datetime | None) -> str:
        return "" if at is None else words.say("ago", span=span((now - at).total_seconds()))

    def condition(one: Condition) -> str:
        return condition_text(words, one)

    return {
        "t": words.say,
        "word": word,
        "time": time,
        "span": span,
        "ago": ago,
        "condition": condition,
        "level": lambda number: LEVELS[int(number)],
        "lang": "zh-Hans" if words.language is Language.ZH else "en",
    }
