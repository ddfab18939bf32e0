"""The tag vectors, and the command line of `kiosk tag` alone."""

from __future__ import annotations

import argparse
import io
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from drivers.codecs.tag_data import ElementValue
from kiosk.commands import tag

VECTORS = Path(__file__).parent.parent / "vectors" / "tag_data.toml"


@dataclass(frozen=True)
class TagVector:
    """One tag of `tag_data.toml`; what the fields are is said at the head of that file."""

    name: str
    format: str
    direction: str
    source: str
    expect: Mapping[str, ElementValue]
    expect_findings: list[str]
    hex: str = ""
    uii_hex: str | None = None
    block_size: int = 4
    afi: int | None = None
    dsfid: int | None = None
    lock: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def memory(self) -> bytes:
        return bytes.fromhex(self.hex)

    @property
    def uii(self) -> bytes | None:
        return None if self.uii_hex is None else bytes.fromhex(self.uii_hex)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    vectors = [TagVector(**entry) for entry in tomllib.loads(VECTORS.read_text())["vector"]]
    if "vector" in metafunc.fixturenames:
        metafunc.parametrize("vector", vectors, ids=[vector.name for vector in vectors])
    if "written_vector" in metafunc.fixturenames:
        written = [vector for vector in vectors if vector.direction == "both"]
        metafunc.parametrize("written_vector", written, ids=[vector.name for vector in written])


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


KioskTag = Callable[..., Ran]


@pytest.fixture
def kiosk_tag(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> KioskTag:
    """Run `kiosk tag` with words, and with text on standard input."""

    def run(*words: str, given: str = "") -> Ran:
        parser = argparse.ArgumentParser(prog="kiosk")
        tag.register(parser.add_subparsers())
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        arguments = parser.parse_args(["tag", *words])
        code = arguments.run(arguments)
        out, err = capsys.readouterr()
        return Ran(code, out, err)

    return run
