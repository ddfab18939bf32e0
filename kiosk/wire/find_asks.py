"""Questions about titles, and their answers, in JSON."""

from __future__ import annotations

from kiosk.model.finding import (
    AskFind,
    AskHold,
    AskTitle,
    FoundCopy,
    FoundTitle,
    How,
    TitlesFound,
    TitleTold,
    Whereabouts,
)
from kiosk.model.ids import PatronRef
from kiosk.wire.fields import LONGEST_TITLE, Fields, Json

LONGEST_TYPED = 200
MOST_TITLES = 50
MOST_COPIES = 50


def read_find(data: Fields) -> AskFind:
    return AskFind(data.text("text", LONGEST_TYPED))


def read_title(data: Fields) -> AskTitle:
    return AskTitle(data.text("key"))


def read_hold(data: Fields) -> AskHold:
    return AskHold(PatronRef(data.text("patron")), data.text("key"))


def found_object(found: TitlesFound) -> dict[str, Json]:
    titles: list[Json] = [title_object(one) for one in found.titles]
    return {
        "titles": titles,
        "count": found.count,
        "more": found.more,
        "how": found.how,
        "meant": found.meant,
    }


def read_found(data: Fields) -> TitlesFound:
    """How a newer central found it does not change what was found."""
    how = data.text_or_none("how")
    return TitlesFound(
        titles=tuple(map(read_found_title, data.each("titles", MOST_TITLES))),
        count=data.whole("count"),
        more=data.has("more") and data.flag("more"),
        how=How(how) if how in set(How) else How.EXACTLY,
        meant=data.text_or_none("meant", LONGEST_TITLE) or "",
    )


def told_object(told: TitleTold) -> dict[str, Json]:
    copies: list[Json] = [
        {
            "call_number": copy.call_number,
            "branch": copy.branch,
            "whereabouts": copy.whereabouts,
            "due": None if copy.due is None else copy.due.isoformat(),
        }
        for copy in told.copies
    ]
    like: list[Json] = [title_object(one) for one in told.like]
    title: Json = title_object(told.title)
    return {"title": title, "copies": copies, "waiting": told.waiting, "like": like, "isbn": told.isbn}


def read_told(data: Fields) -> TitleTold:
    return TitleTold(
        title=read_found_title(data.inner("title")),
        copies=tuple(
            FoundCopy(
                one.text_or_none("call_number") or "",
                one.text_or_none("branch") or "",
                _whereabouts(one),
                one.day_or_none("due"),
            )
            for one in data.each("copies", MOST_COPIES)
        ),
        waiting=data.whole("waiting"),
        like=tuple(map(read_found_title, data.each("like", MOST_TITLES))),
        isbn=data.text_or_none("isbn") or "",
    )


def title_object(title: FoundTitle) -> dict[str, Json]:
    return {
        "key": title.key,
        "title": title.title,
        "author": title.author,
        "call_number": title.call_number,
        "whereabouts": title.whereabouts,
        "branch": title.branch,
        "due": None if title.due is None else title.due.isoformat(),
        "copy": title.is_copy,
    }


def read_found_title(data: Fields) -> FoundTitle:
    return FoundTitle(
        key=data.text("key"),
        title=data.text("title", LONGEST_TITLE),
        author=data.text_or_none("author", LONGEST_TITLE) or "",
        call_number=data.text_or_none("call_number") or "",
        whereabouts=_whereabouts(data),
        branch=data.text_or_none("branch") or "",
        due=data.day_or_none("due"),
        is_copy=data.has("copy") and data.flag("copy"),
    )


def _whereabouts(data: Fields) -> Whereabouts:
    """A word of a newer central: nobody is sent to a shelf for it."""
    said = data.text("whereabouts")
    return Whereabouts(said) if said in set(Whereabouts) else Whereabouts.KEPT
