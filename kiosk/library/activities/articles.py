"""Articles for the public: one text, approved by somebody else than who wrote it, shown until its day is over."""

from __future__ import annotations

from enum import StrEnum

from kiosk.library.documents import Guard, Kind, Step
from kiosk.library.forms import Duty, Field, FieldKind


class ArticleState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class ArticleAction(StrEnum):
    SUBMIT = "submit"
    APPROVE = "approve"
    SEND_BACK = "send-back"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


_S, _A = ArticleState, ArticleAction
_REASON = frozenset({Guard.REASON})

ARTICLE = Duty(
    Kind(
        "article",
        "AR",
        _S.DRAFT,
        "article.write",
        {
            (_S.DRAFT, _A.SUBMIT): Step(_S.SUBMITTED, "article.write"),
            (_S.SUBMITTED, _A.APPROVE): Step(_S.APPROVED, "article.approve", frozenset({Guard.ANOTHER_PERSON})),
            (_S.SUBMITTED, _A.SEND_BACK): Step(_S.DRAFT, "article.approve", _REASON),
            (_S.APPROVED, _A.PUBLISH): Step(_S.PUBLISHED, "article.write"),
            (_S.PUBLISHED, _A.WITHDRAW): Step(_S.WITHDRAWN, "article.write", _REASON),
        },
    ),
    plural="articles",
    read="article.read",
    fields=(
        Field("title"),
        Field("title_en", optional=True),
        Field("activity", optional=True, of="activity"),
        Field("text_zh", FieldKind.TEXT),
        Field("text_en", FieldKind.TEXT, optional=True),
        Field("until", FieldKind.DAY, optional=True),
    ),
    listed=("until",),
    edited_in=frozenset({_S.DRAFT}),
    ended_in=frozenset({_S.PUBLISHED}),
)
