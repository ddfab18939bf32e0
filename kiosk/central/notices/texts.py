"""What notices say: templates in two languages, shipped in `kiosk/words/notices`, changed on the console.

Templates of staff are text, not programs: they are made of a short list of parts, none of which could take the
machine's time or memory. One that fails is replaced by the shipped one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

import kiosk.words
from kiosk.model.circulation import Language

SHIPPED = Path(kiosk.words.__file__).with_name("notices")
LONGEST_SUBJECT, LONGEST_BODY, LONGEST_TOLD = 200, 8_000, 40_000
LANGUAGES = (Language.ZH, Language.EN)
"""That notices are written in."""
FILTERS = ("length", "upper", "lower", "join", "default", "first", "last")


class NoticeKind(StrEnum):
    """What for."""

    OVERDUE = "overdue"
    DUE_SOON = "due-soon"
    HOLD_READY = "hold-ready"


@dataclass(frozen=True, slots=True)
class Book:
    """One line of a notice."""

    title: str
    day: date | None
    """Due, or kept until."""
    late_days: int = 0
    place: str = ""
    """Branch where it waits."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a template may say."""

    name: str
    library: str
    late: Sequence[Book] = ()
    soon: Sequence[Book] = ()
    ready: Sequence[Book] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A template, or what became of it."""

    subject: str
    body: str


class BadTemplate(ValueError):
    """A template that cannot be used; the text says where and why."""


ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.For,
    nodes.If,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
)
"""What a template is made of: no sums, no assignments, no calls, for each could make much of little."""
DEEPEST = 2
"""Loops within loops: a patron may have hundreds of books."""


@cache
def _sandbox() -> ImmutableSandboxedEnvironment:
    found = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    found.globals = {}
    found.filters = {name: found.filters[name] for name in FILTERS}
    return found


@lru_cache(maxsize=64)
def _compiled(source: str) -> Template:
    tree = _sandbox().parse(source)
    _refuse_programs(tree, 0)
    return _sandbox().from_string(source)


def _refuse_programs(node: nodes.Node, loops: int) -> None:
    if not isinstance(node, ALLOWED):
        raise BadTemplate(f"line {node.lineno}: {type(node).__name__.lower()} cannot be used here")
    loops += isinstance(node, nodes.For)
    if loops > DEEPEST:
        raise BadTemplate(f"line {node.lineno}: loops stand {DEEPEST} deep at most")
    for inner in node.iter_child_nodes():
        _refuse_programs(inner, loops)


def nearest(language: Language) -> Language:
    """The one of them that somebody who reads `language` reads best."""
    if language in LANGUAGES:
        return language
    return Language.ZH if language.value.startswith("zh") else Language.EN


@cache
def shipped(language: Language) -> Mapping[NoticeKind, Text]:
    """The texts that come with the product."""
    table = tomllib.loads((SHIPPED / f"{language.value}.toml").read_text(encoding="utf-8"))
    return {kind: Text(table[kind.value]["subject"], table[kind.value]["body"]) for kind in NoticeKind}


def told(text: Text, facts: Facts) -> Text:
    """The template with its facts. Raises `BadTemplate`."""
    subject = " ".join(_rendered(text.subject, facts).split())
    if not subject:
        raise BadTemplate("the subject is empty")
    return Text(subject[:LONGEST_SUBJECT], _rendered(text.body, facts).strip() + "\n")


def _rendered(source: str, facts: Facts) -> str:
    values = {name: getattr(facts, name) for name in Facts.__slots__}
    parts, length = [], 0
    try:
        for part in _compiled(source).generate(values):
            length += len(part)
            if length > LONGEST_TOLD:
                raise BadTemplate(f"the text has more than {LONGEST_TOLD} characters")
            parts.append(part)
    except TemplateError as trouble:
        line = getattr(trouble, "lineno", None)
        where = f"line {line}: " if line else ""
        raise BadTemplate(f"{where}{trouble.message or type(trouble).__name__}"[:300]) from None
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as trouble:
        raise BadTemplate(str(trouble)[:300]) from None
    return "".join(parts)


def check(kind: NoticeKind, text: Text, facts: Facts) -> Text:
    """What a template would say of an example. Raises `BadTemplate`; so does one that names nothing of its kind."""
    if len(text.subject) > LONGEST_SUBJECT or len(text.body) > LONGEST_BODY:
        raise BadTemplate(f"expected at most {LONGEST_SUBJECT} characters of subject and {LONGEST_BODY} of text")
    said = told(text, facts)
    shown = {NoticeKind.OVERDUE: facts.late, NoticeKind.DUE_SOON: facts.soon, NoticeKind.HOLD_READY: facts.ready}[kind]
    if not all(book.title in said.body for book in shown):
        raise BadTemplate("the text does not name the books that it is about")
    return said


def example(language: Language, library: str, today: date) -> Facts:
    """For a preview: two books of everything."""
    zh = language is Language.ZH
    titles = ("三体", "红楼梦") if zh else ("The Snow Leopard", "Le Zahir")
    return Facts(
        name="张伟" if zh else "Wei Zhang",
        library=library,
        late=[Book(titles[0], date.fromordinal(today.toordinal() - 7), 7)],
        soon=[Book(titles[1], date.fromordinal(today.toordinal() + 3))],
        ready=[Book(title, date.fromordinal(today.toordinal() + 7), 0, "") for title in titles],
    )
