"""The page in the guard's language: chosen with a touch and kept by the phone, else what the browser asks for."""

from __future__ import annotations

import json
from pathlib import Path

import jinja2
from starlette.requests import Request

from kiosk.gate.watching import CUTS
from kiosk.model.circulation import Language
from kiosk.words.sentences import CONSOLE_LANGUAGES, words

WORDS = "gate"
"""The folder of the page's own words."""
LANGUAGE_COOKIE = "gate-language"
KEPT_S = 400 * 86_400
NAMES = {Language.ZH: "中文", Language.EN: "English"}
FILES = Path(__file__).parent / "files"
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(FILES), autoescape=True, undefined=jinja2.StrictUndefined
)


def chosen(request: Request) -> Language | None:
    """What a touch on the name of a language has just asked for."""
    return _known(request.query_params.get("lang", ""))


def language_of(request: Request) -> Language:
    """In which language this phone is answered."""
    kept = chosen(request) or _known(request.cookies.get(LANGUAGE_COOKIE, ""))
    if kept is not None:
        return kept
    asked = [one.partition(";")[0].strip()[:2] for one in request.headers.get("accept-language", "").split(",")]
    return next((found for one in asked if (found := _known(one)) is not None), CONSOLE_LANGUAGES[0])


def rendered(name: str, language: Language, **values: object) -> str:
    """A page of `files`. The script finds its words, and what causes of an interval are called, in the body's data."""
    said = words(language, WORDS)
    told = {key: message.other for key, message in said.messages.items()}
    return _TEMPLATES.get_template(name).render(
        t=said.say,
        lang=language.value,
        languages=[(one.value, NAMES[one]) for one in CONSOLE_LANGUAGES],
        told=json.dumps({"words": told, "cuts": CUTS}, ensure_ascii=False),
        **values,
    )


def _known(code: str) -> Language | None:
    return next((one for one in CONSOLE_LANGUAGES if one.value == code), None)
