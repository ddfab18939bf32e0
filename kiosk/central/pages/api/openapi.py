"""The OpenAPI document and its page, made of the operations: there is no second list of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from kiosk.central.pages.answers import MOST_ROWS, USUAL_ROWS
from kiosk.central.pages.api.operations import Kind, Operation, Value
from kiosk.central.pages.reading import Told
from kiosk.wire.fields import Json

_PART = re.compile(r"\{(\w+)(?::path)?\}")
SCHEMAS: dict[Kind, dict[str, Json]] = {
    Kind.TEXT: {"type": "string"},
    Kind.FLAG: {"type": "boolean"},
    Kind.WHOLE: {"type": "integer", "minimum": 0},
    Kind.TEXTS: {"type": "array", "items": {"type": "string"}},
}
PROBLEM: Json = {
    "description": "What is wrong, and where (RFC 9457).",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                    "where": {"type": "string"},
                },
            }
        }
    },
}


def document(operations: Sequence[Operation]) -> Told:
    """OpenAPI 3.1."""
    paths: dict[str, Json] = {}
    for one in operations:
        path = paths.setdefault(full_path(one), {})
        assert isinstance(path, dict)
        path[one.method.lower()] = _described(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Library Kiosk, central system", "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}],
    }


def full_path(one: Operation) -> str:
    """As it is asked for, with the parts that vary in braces."""
    return "/api/v1" + _PART.sub(r"{\1}", one.path)


def _described(one: Operation) -> dict[str, Json]:
    parts: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in _PART.findall(one.path)
    ]
    told: dict[str, Json] = {
        "summary": one.about,
        "description": f"Scope: {one.scope}",
        "responses": {"200": {"description": "Done.", "content": {"application/json": {}}}, "default": PROBLEM},
    }
    if one.writes:
        required: list[Json] = [value.name for value in one.values if value.required]
        members: dict[str, Json] = {value.name: _schema(value) for value in one.values}
        schema: Json = {"type": "object", "properties": members, "required": required, "additionalProperties": False}
        return told | {"parameters": parts, "requestBody": {"content": {"application/json": {"schema": schema}}}}
    query: list[Json] = [
        {"name": value.name, "in": "query", "description": value.about, "schema": SCHEMAS[value.kind]}
        for value in one.values
    ]
    if one.pages:
        limit: Json = {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": USUAL_ROWS}
        query.append({"name": "limit", "in": "query", "description": "rows of a page", "schema": limit})
    return told | {"parameters": parts + query}


def _schema(value: Value) -> dict[str, Json]:
    return SCHEMAS[value.kind] | {"description": value.about}


def page(operations: Sequence[Operation]) -> str:
    """The same for people, without a script."""
    rows = "".join(
        f"<tr><th scope=row><code>{one.method} {escape(full_path(one))}</code></th>"
        f"<td>{_prose(one.about)}</td><td><code>{one.scope}</code></td><td>{_listed(one)}</td></tr>"
        for one in operations
    )
    return (
        '<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">'
        "<title>REST of the central system</title><link rel=stylesheet href=/central.css><main class=api>"
        "<h1>REST, version 1</h1><p>JSON. <code>Authorization: Bearer KEY</code>; keys: "
        "<code>kiosk central keys</code>. Lists have at most <code>limit</code> rows and <code>next</code>. Errors are "
        'application/problem+json. <a href="/api/v1/openapi.json">OpenAPI document</a></p>'
        f"<table><thead><tr><th>Operation<th>Does<th>Scope<th>Takes<tbody>{rows}</table></main></html>"
    )


def _prose(text: str) -> str:
    """Words in backticks as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _listed(one: Operation) -> str:
    names = [f"<code>{value.name}</code>{'' if value.required else '?'} {_prose(value.about)}" for value in one.values]
    return "<br>".join(names + (["<code>limit</code>? rows of a page"] if one.pages else []))
