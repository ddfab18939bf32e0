"""What a fuzzer begins with: makers' frames of the vectors, the product's own files, `tests/fuzz/corpus/TARGET`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.vectors_read import FOLDER as VECTORS
from tests.vectors_read import exchanges
from tests.wire.test_hostile_payloads import GOOD

ROOT = Path(__file__).parents[2]
KEPT, FINDINGS = Path(__file__).with_name("corpus"), Path(__file__).with_name("findings")
LONGEST_PIECE = 63
LARGEST = 4_096
LIKE = {"wire-feig-gate": "feig", "wire-feig-notifying": "feig"}
FILES: dict[str, tuple[str, ...]] = {
    "toml-kiosk": ("config/demo/kiosk.toml",),
    "toml-central": ("config/demo/central.toml",),
    "toml-gate": ("config/demo/gate.toml",),
    "toml-scenario": ("tests/scenarios/patron/five_books.scenario.toml", "tests/scenarios/faults/*.scenario.toml"),
    "marc": ("tests/data/broken_marc/*.mrc",),
}
SAID: dict[str, tuple[bytes, ...]] = {
    "csv": (
        b"id,given_name,category,born,cards\nP1,Wei,adult,2000-01-31,20230001\n",
        b"\xef\xbb\xbfid;given_name;category\nP2;Li;child\n",
    ),
    "form": (
        b"\0csrf=1&item=35555000012346&note=%E9%9B%AA",
        b'\xff--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nx\r\n--b--\r\n',
    ),
    "codes": (b"9780306406157", b"35555000012346", b"LK1:library:20230001:123:AAAA"),
    "cups": (
        b"printer kiosk is idle.  enabled since Mon\n\tAlerts: media-empty\n",
        b"request id is kiosk-12 (1 file(s))",
    ),
    "card": (bytes.fromhex("3B8F8001804F0CA000000306030001000000006A"), bytes.fromhex("FFCA000000"), b"\x90\0"),
    "staff-file": (b"anna 04A1 $argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA\n",),
}


def seeds(target: str) -> list[bytes]:
    """Small ones only."""
    return [seed for seed in {*_made(target), *kept(target)} if len(seed) <= LARGEST]


def kept(target: str) -> list[bytes]:
    """What is in the repository: of the corpus, and what was found once."""
    folders = (KEPT / target, FINDINGS / target)
    return [path.read_bytes() for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]


def _made(target: str) -> Iterator[bytes]:
    kind, _, protocol = target.partition("-")
    if kind in ("wire", "words"):
        frames = [bytes.fromhex(one["hex"]) for one in exchanges(LIKE.get(target, protocol))]
        yield from map(as_pieces, frames) if kind == "wire" else frames
        yield from [as_pieces(b"".join(frames[:20]))] if kind == "wire" else [b"".join(frames[:20])]
    for pattern in FILES.get(target, ()):
        yield from (path.read_bytes() for path in sorted(ROOT.glob(pattern)))
    yield from SAID.get(target, ())
    if target == "mqtt":
        yield from GOOD.values()
    if target == "tag":
        yield from _hex_of("tag_data", ("hex", "uii_hex"))
    if target.startswith("sip2"):
        raw = [str(one["raw"]).encode() for one in tomllib.loads((VECTORS / "sip2.toml").read_text())["message"]]
        yield from raw if target == "sip2" else (as_pieces(one + b"\r") for one in raw)


def _hex_of(vectors: str, keys: Iterable[str]) -> Iterator[bytes]:
    (cases,) = tomllib.loads((VECTORS / f"{vectors}.toml").read_text(encoding="utf-8")).values()
    yield from (bytes.fromhex(case[key]) for case in cases for key in keys if key in case)


def as_pieces(data: bytes) -> bytes:
    """Whole, one piece after the other, as `targets.pieces` reads them."""
    cut = [data[at : at + LONGEST_PIECE] for at in range(0, len(data), LONGEST_PIECE)]
    return b"".join(bytes((len(piece) << 2 | 1,)) + piece for piece in cut)
