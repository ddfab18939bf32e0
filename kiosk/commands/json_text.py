"""JSON as every command prints it."""

from __future__ import annotations

import json


def json_text(value: object) -> str:
    """One line, ASCII only: neither a terminal's encoding nor half of a surrogate pair can break it."""
    return json.dumps(value, ensure_ascii=True)
