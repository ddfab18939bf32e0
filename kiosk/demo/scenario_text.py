"""A scenario as the text of its file: what `read_scenario` reads."""

from __future__ import annotations

import json
from collections.abc import Mapping

from kiosk.demo.scenario import Scenario
from kiosk.settings import as_table
from kiosk.settings.tables import Plain


def scenario_text(scenario: Scenario) -> str:
    """TOML; keys that have their defaults are left out."""
    table = as_table(scenario)
    steps = table.pop("step")
    setting, expect = table.pop("setting", {}), table.pop("expect", {})
    parts = [_lines(table)]
    for name, inner in (("setting", setting), ("expect", expect)):
        assert isinstance(inner, Mapping)
        if inner:
            parts.append(f"[{name}]\n{_lines(inner)}")
    assert isinstance(steps, list)
    parts += [f"[[step]]\n{_lines(step)}" for step in steps]
    return "\n".join(parts)


def _lines(table: Mapping[str, Plain]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: Plain) -> str:
    """One value of TOML 1.0; its basic strings are written as JSON writes them."""
    match value:
        case Mapping():
            return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items()) + " }"
        case bool() | str() | int() | float():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return "[" + ", ".join(_value(one) for one in value) + "]"
