"""Whose card is whose in the demo: scenarios name patrons by their card, central by an id, the journal by either."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

CARD = "card:"
"""How the journal names a patron that the kiosk knows by the card alone (off line)."""


@dataclass(frozen=True, slots=True)
class People:
    """Names of cards and ids of patrons, both ways."""

    ids: dict[str, str]
    """Name of a card → id of its owner at central; a card that central does not know has none."""
    names: dict[str, str]
    """Id of a patron, or `card:` and what a reader or scanner reads → name of the card."""

    @classmethod
    def read(cls, config: Path) -> People:
        """From `simulator.toml` and `patrons.toml` of the demo's folder."""
        owners = {
            token.upper(): str(patron["id"])
            for patron in _tables(config / "patrons.toml", "patron")
            for token in _texts(patron.get("cards"))
        }
        ids: dict[str, str] = {}
        names: dict[str, str] = {}
        for card in _tables(config / "simulator.toml", "card"):
            name, tokens = str(card["name"]), [str(card[key]).upper() for key in ("uid", "number")]
            names |= {CARD + token: name for token in tokens}
            owner = next((owners[token] for token in tokens if token in owners), None)
            if owner is not None:
                ids[name] = owner
                names[owner] = name
        return cls(ids, names)

    def id_of(self, card: str) -> str:
        """The patron whose card this is; the name itself where central knows nobody."""
        return self.ids.get(card, card)

    def name_of(self, patron: str) -> str:
        """The card of a patron as central or the journal names them."""
        return self.names.get(patron, patron)


def seed_of_loans(people: People, lent: Iterable[tuple[str, str, int]], waits: Iterable[tuple[str, str]]) -> str:
    """Loans and holds that central has from the beginning, as a file of its seed; `lent`: name of the card, item, days
    ago; `waits`: name of the card, item."""
    loans = (
        f'[[loan]]\npatron = "{people.id_of(card)}"\nitem = "{item}"\ndays_ago = {days}\n' for card, item, days in lent
    )
    holds = (f'[[hold]]\npatron = "{people.id_of(card)}"\nitem = "{item}"\n' for card, item in waits)
    return "\n".join((*loans, *holds))


def _tables(path: Path, key: str) -> list[dict[str, object]]:
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get(key, [])
    return [entry for entry in entries if isinstance(entry, dict)]


def _texts(value: object) -> list[str]:
    return [str(text) for text in value] if isinstance(value, list) else []
