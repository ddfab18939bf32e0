"""What a device does in its maker's own way, beyond its protocol; the keys are those of configurations and profiles."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_sim.toml_table import Table

LONGEST_LATENCY_MS = 5_000
LONGEST_BANNER = 64
MOST_TAGS = 24
"""In one answer: more do not fit into the shortest frames."""
LONGEST_AROUND = 16
MOST_RECORDS = 4_096
OF_A_LINE = ("latency_ms", "banner")


@dataclass(frozen=True, slots=True)
class Quirks:
    """Every quirk as it usually is. A device looks at its own alone."""

    latency_ms: int = 0
    """What every answer takes longer than its wire and its work."""
    banner: bytes = b""
    """Said without being asked when the device has power again, to the first host, and after it has begun anew."""
    tags_an_answer: int | None = None
    """Of an inventory; the rest is fetched. None: as the protocol's usual reader."""
    reversed_blocks: bool = True
    """FEIG: the last byte of a block comes first."""
    tells_once: bool = False
    """FEIG, CFG5 bit ONT: a tag is told once, and then keeps quiet until the field was off or it was taken away."""
    moody: bool = True
    """3M: it tells tags twice and fails at AFIs now and then."""
    prefix: bytes = b""
    suffix: bytes = b"\r"
    """Around each code of a scanner."""
    answers: bool = True
    """A printer that tells how it is; one without a back channel does not."""
    records_kept: int | None = None
    first_record: int = 0
    """LSP2: the number of the oldest record."""


USUAL = Quirks()
QUIRKS: dict[str, tuple[str, ...]] = {
    "feig": (*OF_A_LINE, "tags_an_answer", "reversed_blocks", "tells_once"),
    "m3_210": (*OF_A_LINE, "moody"),
    "rl866": (*OF_A_LINE, "tags_an_answer"),
    "llrp": ("latency_ms",),
    "pcsc": (),
    "scanner": (*OF_A_LINE, "prefix", "suffix"),
    "engine": OF_A_LINE,
    "printer": (*OF_A_LINE, "answers"),
    "lsp2": ("latency_ms", "records_kept", "first_record"),
    "gate": ("latency_ms",),
    "board": ("latency_ms",),
}
"""Which of them each kind of device has."""


def quirks_of(table: Table, kind: str) -> Quirks:
    """Take the quirks of this kind out of a table; others are keys that nobody knows."""
    keys = QUIRKS[kind]

    def has(key: str) -> bool:
        return key in keys and table.has(key)

    return Quirks(
        table.whole("latency_ms", 0, LONGEST_LATENCY_MS, 0) if has("latency_ms") else 0,
        table.hexadecimal("banner", range(LONGEST_BANNER + 1), b"") if has("banner") else b"",
        table.whole("tags_an_answer", 1, MOST_TAGS, 1) if has("tags_an_answer") else None,
        table.flag("reversed_blocks", default=True) if has("reversed_blocks") else True,
        table.flag("tells_once", default=False) if has("tells_once") else False,
        table.flag("moody", default=True) if has("moody") else True,
        table.hexadecimal("prefix", range(LONGEST_AROUND + 1), b"") if has("prefix") else b"",
        table.hexadecimal("suffix", range(LONGEST_AROUND + 1), b"\r") if has("suffix") else b"\r",
        table.flag("answers", default=True) if has("answers") else True,
        table.whole("records_kept", 1, MOST_RECORDS, 1) if has("records_kept") else None,
        table.whole("first_record", 0, 1, 0) if has("first_record") else 0,
    )
