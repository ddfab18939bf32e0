"""A library system that speaks TLS: it is believed by its certificate alone, and what is wrong is said."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.central.ils.connection import Address, BadFile
from kiosk.central.ils.pool import Pool
from kiosk.central.ils.port import IlsAway
from kiosk.central.ils.profile import Profile
from kiosk.central.ils.settings import IlsSettings
from kiosk.central.ils.sip2_ils import Sip2Ils
from tests.central.ils.library_system import LibrarySystem
from tests.certificates import two_authorities


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two authorities, and a certificate for `localhost` of the first."""
    return two_authorities(tmp_path_factory.mktemp("tls"), "ils")


@pytest.fixture
def library(signed: Path) -> Iterator[LibrarySystem]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(signed / "ils.pem", signed / "ils.key")
    system = LibrarySystem(tls=context)
    system.start()
    yield system
    system.stop()


def asked(port: int, authority: Path | None, host: str = "localhost") -> Sip2Ils:
    settings = IlsSettings(profile=Path("unused"), host=host, port=port, tls=True, authority=authority, answer_s=0.5)
    return Sip2Ils(Pool(Address.of(settings, Profile("test", log_in=False))), Profile("test"), "M", ZoneInfo("UTC"))


def test_it_is_spoken_with_a_certificate_of_the_library_s_own_authority(library: LibrarySystem, signed: Path) -> None:
    assert asked(library.port, signed / "ours.pem").patron("200123").name == "李明"


@pytest.mark.parametrize(
    ("authority", "host", "says"),
    [
        ("theirs.pem", "localhost", "is refused: .*ils.authority names who signs it"),
        (None, "localhost", "is refused: .*ils.authority names who signs it"),
        ("ours.pem", "127.0.0.1", "is refused: .*127.0.0.1.*ils.host must be a name that stands in it"),
    ],
)
def test_another_certificate_is_refused_and_nothing_is_sent(
    library: LibrarySystem, signed: Path, authority: str | None, host: str, says: str
) -> None:
    with pytest.raises(IlsAway, match=says):
        asked(library.port, None if authority is None else signed / authority, host).patron("200123")
    assert library.asked == []


def test_a_system_without_tls_is_told_apart(signed: Path) -> None:
    system = LibrarySystem()
    system.start()
    with pytest.raises(IlsAway, match=r"does not begin TLS in time; .*see ils\.tls"):
        asked(system.port, signed / "ours.pem").patron("200123")
    system.stop()
    assert "63" not in system.asked


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_authority_that_cannot_be_used_is_said_at_the_start(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BadFile, match=f"cannot use ils.authority {path}"):
        asked(1, path)
