"""Codes that are used twice, late, wrong, or by a clock that is off; at the desk, with time that the test keeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding

from kiosk.database.engine import open_store
from kiosk.fleet.enrolling.authority import Authority
from kiosk.fleet.enrolling.desk import ACL, CRL, MOST_TRIES, EnrolmentDesk, NotPossible, Refused
from kiosk.fleet.enrolling.settings import EnrollingSettings
from kiosk.fleet.enrolling.template import settings_for
from kiosk.fleet.store import MIGRATIONS
from kiosk.wire.enrolment import BadEnrolment, Code, Enrolled, Kind, Refusal, Request, read_answer, request_text

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Machine:
    """A new machine: its key, and what it says."""

    key: ec.EllipticCurvePrivateKey

    def csr(self) -> str:
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "director")])
        request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(self.key, hashes.SHA256())
        return request.public_bytes(Encoding.PEM).decode()

    def asks(self, code: Code, at: datetime = NOON) -> bytes:
        return request_text(Request(code.id, self.csr(), at), code.key())


@pytest.fixture
def machine() -> Machine:
    return Machine(ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[EnrolmentDesk]:
    engine = open_store(f"sqlite:///{tmp_path / 'fleet.sqlite'}")
    MIGRATIONS.upgrade(engine)
    settings = EnrollingSettings(tmp_path / "authority", "broker.example")
    yield EnrolmentDesk(engine, settings, "main", Authority.of(settings.folder, "main", NOON), "the fleet's key\n")
    engine.dispose()


def certificate(enrolled: Enrolled) -> x509.Certificate:
    return x509.load_pem_x509_certificate(enrolled.certificate.encode())


def enrolled(desk: EnrolmentDesk, machine: Machine, station: str = "kiosk-2") -> Enrolled:
    code = desk.open_code("op", station, Kind.KIOSK, NOON)
    request = machine.asks(code)
    return read_answer(desk.enrol(request, NOON), code.key(), request)


def test_a_new_machine_gets_a_certificate_in_the_name_that_the_operator_gave(
    desk: EnrolmentDesk, machine: Machine
) -> None:
    told = enrolled(desk, machine)
    made = certificate(told)
    assert (told.site, told.station, told.host, told.port) == ("main", "kiosk-2", "broker.example", 8883)
    assert [str(one.value) for one in made.subject] == ["main", "kiosk-2"], "not what the request calls itself"
    assert made.public_key() == machine.key.public_key()
    made.verify_directly_issued_by(x509.load_pem_x509_certificate(told.authority.encode()))
    assert made.not_valid_after_utc == NOON + timedelta(days=730)
    assert "user kiosk-2\ntopic write lk/v1/main/kiosk-2/up/status" in (desk.settings.folder / ACL).read_text()


def test_a_code_is_good_once(desk: EnrolmentDesk, machine: Machine) -> None:
    code = desk.open_code("op", "kiosk-2", Kind.KIOSK, NOON)
    desk.enrol(machine.asks(code), NOON)
    with pytest.raises(Refused) as refused:
        desk.enrol(machine.asks(code), NOON)
    assert refused.value.why is Refusal.USED
    assert "2026-11-27 12:00 UTC" in str(refused.value)


def test_a_code_is_good_for_half_an_hour(desk: EnrolmentDesk, machine: Machine) -> None:
    code = desk.open_code("op", "kiosk-2", Kind.KIOSK, NOON)
    late = NOON + timedelta(minutes=30)
    with pytest.raises(Refused) as refused:
        desk.enrol(machine.asks(code, late), late)
    assert refused.value.why is Refusal.LATE


def test_a_clock_that_is_off_is_told_by_how_much_and_the_code_stays_good(desk: EnrolmentDesk, machine: Machine) -> None:
    code = desk.open_code("op", "kiosk-2", Kind.KIOSK, NOON)
    with pytest.raises(Refused, match="7200 s behind") as refused:
        desk.enrol(machine.asks(code, NOON - timedelta(hours=2)), NOON)
    assert refused.value.why is Refusal.CLOCK
    assert desk.enrol(machine.asks(code, NOON + timedelta(seconds=59)), NOON)


def test_whoever_guesses_the_secret_has_five_tries(desk: EnrolmentDesk, machine: Machine) -> None:
    code = desk.open_code("op", "kiosk-2", Kind.KIOSK, NOON)
    guess = replace(code, secret="0" * 16)
    for _ in range(MOST_TRIES):
        with pytest.raises(Refused) as refused:
            desk.enrol(machine.asks(guess), NOON)
        assert refused.value.why is Refusal.UNKNOWN
    with pytest.raises(Refused):
        desk.enrol(machine.asks(code), NOON)


def test_what_a_listener_changes_is_not_believed(desk: EnrolmentDesk, machine: Machine) -> None:
    code = desk.open_code("op", "kiosk-2", Kind.KIOSK, NOON)
    request = machine.asks(code)
    other = Machine(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(Refused):
        desk.enrol(request.replace(machine.csr()[40:60].encode(), other.csr()[-60:-40].encode()), NOON)
    answer = desk.enrol(request, NOON)
    with pytest.raises(BadEnrolment, match="not sealed"):
        read_answer(answer.replace(b"broker.example", b"broker.wicked!"), code.key(), request)
    with pytest.raises(BadEnrolment, match="not sealed"):
        read_answer(answer, code.key(), other.asks(code))


@pytest.mark.parametrize(
    "said", [b"", b"[]", b"\xff", b"{}", b'{"seal": 1}', b'{"seal": "", "code": "A"}', b'{"seal": "", "at": "noon"}']
)
def test_what_is_no_request_is_refused_in_words(desk: EnrolmentDesk, said: bytes) -> None:
    with pytest.raises(Refused, match="expected") as refused:
        desk.enrol(said, NOON)
    assert refused.value.why is Refusal.REQUEST


def test_a_request_without_a_sound_key_leaves_the_code_good(desk: EnrolmentDesk, machine: Machine) -> None:
    code = desk.open_code("op", "kiosk-2", Kind.KIOSK, NOON)
    name = x509.Name([])
    strange = (
        x509.CertificateSigningRequestBuilder().subject_name(name).sign(ed25519.Ed25519PrivateKey.generate(), None)
    )
    for csr in ("no request", strange.public_bytes(Encoding.PEM).decode()):
        with pytest.raises(Refused, match="expected a"):
            desk.enrol(request_text(Request(code.id, csr, NOON), code.key()), NOON)
    assert desk.enrol(machine.asks(code), NOON)


def test_new_hardware_takes_the_name_and_the_old_certificate_is_revoked(desk: EnrolmentDesk, machine: Machine) -> None:
    old = certificate(enrolled(desk, machine))
    new = certificate(enrolled(desk, Machine(ec.generate_private_key(ec.SECP256R1()))))
    listed = x509.load_pem_x509_crl((desk.settings.folder / CRL).read_bytes())
    assert listed.get_revoked_certificate_by_serial_number(old.serial_number) is not None
    assert listed.get_revoked_certificate_by_serial_number(new.serial_number) is None


def test_a_revoked_station_is_out_of_the_brokers_files_and_its_open_code_is_dead(
    desk: EnrolmentDesk, machine: Machine
) -> None:
    made = certificate(enrolled(desk, machine))
    waiting = desk.open_code("op", "kiosk-2", Kind.KIOSK, NOON)
    assert desk.revoke("op", "kiosk-2", NOON) == 2
    listed = x509.load_pem_x509_crl((desk.settings.folder / CRL).read_bytes())
    assert listed.get_revoked_certificate_by_serial_number(made.serial_number) is not None
    assert "kiosk-2" not in (desk.settings.folder / ACL).read_text()
    with pytest.raises(Refused):
        desk.enrol(machine.asks(waiting), NOON)
    with pytest.raises(NotPossible):
        desk.revoke("op", "kiosk-2", NOON)


@pytest.mark.parametrize("name", ["central", "fleet", "Kiosk 1", "", "a/b"])
def test_a_name_that_no_station_can_have_gets_no_code(desk: EnrolmentDesk, name: str) -> None:
    with pytest.raises(NotPossible):
        desk.open_code("op", name, Kind.KIOSK, NOON)


def test_a_code_is_read_as_people_type_it() -> None:
    code = Code("0AB1", "CDEF0123456789GH")
    assert code.shown() == "0AB1-CDEF-0123-4567-89GH"
    assert Code.read(" oabl cdef-O123-4567-89gh ") == code
    for wrong in ("", "0AB1", "0AB1-CDEF-0123-4567-89GU", "0AB1-CDEF-0123-4567-89GHH"):
        with pytest.raises(BadEnrolment, match="20 letters and digits"):
            Code.read(wrong)


def test_the_librarys_file_becomes_a_stations(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_text(
        '# Ours.\nsite = "x"\nstation = "y"\nregistration = true\n\n[broker]\nhost = "old"\n\n[pad]\nport = "/dev/p"\n'
        '[fleet]\npublic_keys = []\n[library]\nname_en = "L"\n'
    )
    text = settings_for(tmp_path / "kiosk.toml", "main", "kiosk-9")
    assert text == (
        'site = "main"\nstation = "kiosk-9"\n# Ours.\nregistration = true\n\n[pad]\nport = "/dev/p"\n'
        '[library]\nname_en = "L"\n'
    )
