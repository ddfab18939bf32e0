"""What somebody meets who does not see a page, or has no mouse: WCAG 2.2, the criteria that can be read off the page.

Contrast is in `test_look.py`, the size of targets and reflow in `test_in_a_browser.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = frozenset({"meta", "link", "img", "input", "br", "hr", "rect", "line", "path"})
FIELDS = frozenset({"input", "select", "textarea"})
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
OF_DESCRIPTION = ("aria-describedby", "aria-labelledby", "for")


@dataclass(slots=True)
class Part:
    """One element."""

    tag: str
    has: dict[str, str]
    within: tuple[str, ...]
    words: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        """Its accessible name, as far as the element itself gives one."""
        return self.has.get("aria-label", "").strip() or " ".join("".join(self.words).split())


class _Parts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[Part] = []
        self.open: list[Part] = []
        self.astray: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        part = Part(tag, {name: value or "" for name, value in attrs}, tuple(one.tag for one in self.open))
        self.parts.append(part)
        if tag == "img":
            self.handle_data(part.has.get("alt", ""))
        if tag not in VOID:
            self.open.append(part)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1].tag != tag:
            self.astray.append(tag)
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for part in self.open:
            part.words.append(data)


def barriers(page: str) -> list[str]:
    """Everything on a page that stands in somebody's way, with its criterion."""
    parser = _Parts()
    parser.feed(page)
    parts = parser.parts
    found = [f"4.1.1 <{tag}> closes nothing" for tag in parser.astray]
    found += [f"4.1.1 <{part.tag}> is not closed" for part in parser.open]
    return [*found, *_frame(parts), *_headings(parts), *_names(parts), *_references(parts), *_tables(parts)]


def title_of(page: str) -> str:
    return page.partition("<title>")[2].partition("</title>")[0]


def _frame(parts: list[Part]) -> Iterator[str]:
    tags = [part.tag for part in parts]
    if not parts[0].has.get("lang"):
        yield "3.1.1 the page does not say its language"
    if tags.count("main") != 1:
        yield f"1.3.1 {tags.count('main')} elements are main"
    if not any(part.tag == "title" and part.said for part in parts):
        yield "2.4.2 no title"
    links = [part for part in parts if part.tag == "a"]
    if "nav" in tags and links[0].has.get("href") != "#main":
        yield "2.4.1 the first link does not lead past what every page has"
    yield from (f"1.3.1 {part.tag} without a name" for part in parts if part.tag == "nav" and not _named(part))
    if sum("autofocus" in part.has for part in parts) > 1:
        yield "2.4.3 two fields want the focus"
    queue = [part for part in parts if part.has.get("tabindex", "0") not in ("0", "-1")]
    yield from (f"2.4.3 {part.tag} jumps the queue" for part in queue)


def _headings(parts: list[Part]) -> Iterator[str]:
    levels = [HEADINGS.index(part.tag) for part in parts if part.tag in HEADINGS]
    if levels.count(0) != 1:
        yield f"1.3.1 {levels.count(0)} headings of the first level"
    if levels and levels[0] != 0:
        yield "1.3.1 the first heading is not of the first level"
    skipped = [(before, after) for before, after in pairwise(levels) if after > before + 1]
    yield from (f"1.3.1 h{after + 1} under h{before + 1}" for before, after in skipped)
    yield from ("2.4.6 a heading without words" for part in parts if part.tag in HEADINGS and not part.said)


def _names(parts: list[Part]) -> Iterator[str]:
    labelled = {part.has["for"] for part in parts if part.tag == "label" and part.said and "for" in part.has}
    for part in parts:
        hidden = part.has.get("type") == "hidden"
        if part.tag in FIELDS and not hidden:
            if not (part.has.get("id") in labelled or "label" in part.within or part.has.get("aria-label")):
                yield f"3.3.2 {part.tag} {part.has.get('name')} has no label"
            if "aria-invalid" in part.has and not part.has.get("aria-describedby"):
                yield f"3.3.1 {part.has.get('name')} is wrong, and nothing says why"
        if part.tag in ("a", "button", "summary", "option") and not part.said and part.has.get("value") != "":
            yield f"4.1.2 {part.tag} {part.has} says nothing"
        if part.tag == "img" and "alt" not in part.has:
            yield f"1.1.1 picture {part.has.get('src')} has no text"
        if part.tag == "svg" and not (part.has.get("aria-label") or part.has.get("aria-hidden")):
            yield "1.1.1 a drawing has no text"


def _named(part: Part) -> bool:
    return bool(part.has.get("aria-label") or part.has.get("aria-labelledby"))


def _references(parts: list[Part]) -> Iterator[str]:
    ids = [part.has["id"] for part in parts if "id" in part.has]
    yield from (f"4.1.1 id {one} twice" for one in sorted({one for one in ids if ids.count(one) > 1}))
    for part in parts:
        for name in OF_DESCRIPTION:
            lost = [one for one in part.has.get(name, "").split() if one not in ids]
            yield from (f"1.3.1 {name} means {one}, which is not there" for one in lost)


def _tables(parts: list[Part]) -> Iterator[str]:
    for part in parts:
        if part.tag == "th" and part.has.get("scope") not in ("col", "row"):
            yield f"1.3.1 heading {part.said} says not of what"
    tables = sum(part.tag == "table" for part in parts)
    heads = sum(part.tag == "thead" for part in parts)
    if tables != heads:
        yield f"1.3.1 {tables} tables, {heads} with headings"
