"""The table of hardware, made from what the drivers declare."""

from __future__ import annotations

from collections.abc import Iterator

from docs.tables import table
from drivers.declared import Declaration, Kind
from drivers.hardware import declared

HEADS = ("make and models", "connected by", "protocol", "works", "does not, and why", "checked against")
TITLES = {
    Kind.PAD: "Pads",
    Kind.GATE: "Gates",
    Kind.SCANNER: "Scanners",
    Kind.CARDS: "Patron cards",
    Kind.PRINTER: "Printers",
    Kind.SIGNALS: "Lamps, buzzers and other outputs",
}


def hardware() -> str:
    """One section a kind of device: what works with which driver, and the settings to paste."""
    return "\n\n".join("\n\n".join(_section(kind)) for kind in Kind)


def _section(kind: Kind) -> Iterator[str]:
    own = [each for each in declared() if each.kind is kind]
    yield f"### {TITLES[kind]}"
    yield table(HEADS, map(_row, own))
    for each in own:
        yield f"**{each.make}: {', '.join(each.models)}**"
        yield f"```toml\n{each.settings.strip()}\n```"


def _row(one: Declaration) -> tuple[str, ...]:
    return (
        f"**{one.make}**: {', '.join(one.models)}",
        "; ".join(one.interfaces),
        f"{one.protocol} (`{one.driver}`)",
        "; ".join(one.supported),
        "; ".join(one.left_out) or "–",
        f"{one.sure.value}: {one.source}",
    )
