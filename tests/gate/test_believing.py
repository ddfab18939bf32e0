"""Whose loans open a gate: a thief on the broker tells some, tells old ones again, and tells them as another's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.errors import BadSetting
from kiosk.gate.copy.believing import believed_facts
from kiosk.gate.copy.lent_copy import LentCopy
from kiosk.gate.judging import Standing
from kiosk.gate.settings import GateControllerSettings, StationSettings
from kiosk.hardware.gates import GateDriver, GateSettings
from kiosk.model.facts import Decided, Fact, LoanMade
from kiosk.model.gate_facts import CheckResult, GateChecked
from kiosk.model.ids import Epoch, IntentId, PatronRef, SessionId, Uid
from kiosk.wire import Channel, FactBatch, MessageRefused, OutboxFact, Station, encode_facts, fact_body
from kiosk.wire.lent_changes import LentChange, LentChanges
from kiosk.wire.signed_facts import sign_facts
from kiosk.wire.signing import own_key
from tests.gate.building import LE_ZAHIR, a_sighting

KIOSK, OTHER, STRANGER = (Station("main", name) for name in ("kiosk-1", "kiosk-2", "kiosk-9"))
KEY, THIEF = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
KEYS = {"kiosk-1": (KEY.public_key(),), "kiosk-2": (Ed25519PrivateKey.generate().public_key(),)}
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LOAN = LoanMade(
    SessionId("s"), IntentId("i"), PatronRef("P1"), LE_ZAHIR, Uid("E004015012345678"), NOON, Decided.CENTRAL, False
)


def a_message(fact: Fact = LOAN, seq: int = 1, at: datetime = NOON, station: Station = KIOSK) -> bytes:
    return encode_facts(station, Epoch("e"), [OutboxFact(seq, fact.type, at, fact_body(fact, 0, "boot"))])


def signed(payload: bytes, key: Ed25519PrivateKey = KEY, station: Station = KIOSK) -> str:
    return sign_facts(key, station.topic(Channel.FACTS), payload)


def believed(payload: bytes, signature: str | None, station: Station = KIOSK) -> FactBatch:
    return believed_facts(station, station.topic(Channel.FACTS), payload, signature, KEYS)


def test_a_loan_that_the_kiosk_has_signed_is_believed() -> None:
    assert believed(a_message(), signed(a_message())).facts[0].fact == LOAN


@pytest.mark.parametrize(
    "signature",
    [None, "", "no base64", signed(a_message(), THIEF), signed(a_message(seq=2)), signed(a_message(), station=OTHER)],
    ids=["none", "empty", "noise", "by a thief", "of another message", "for another topic"],
)
def test_what_the_kiosk_has_not_signed_is_refused(signature: str | None) -> None:
    with pytest.raises(MessageRefused, match="signature"):
        believed(a_message(), signature)


def test_a_loan_of_one_kiosk_is_not_told_as_anothers() -> None:
    with pytest.raises(MessageRefused, match="signature"):
        believed(a_message(station=OTHER), signed(a_message(station=OTHER)), OTHER)
    with pytest.raises(MessageRefused, match="source"):
        believed(a_message(), signed(a_message(), station=OTHER), OTHER)


def test_a_station_that_nobody_has_named_lends_nothing() -> None:
    with pytest.raises(MessageRefused, match=r"topic.*stations.*kiosk-9"):
        believed(a_message(station=STRANGER), signed(a_message(station=STRANGER), THIEF, STRANGER), STRANGER)


def test_while_a_kiosk_changes_its_key_both_are_believed() -> None:
    keys = {"kiosk-1": (THIEF.public_key(), KEY.public_key())}
    told = believed_facts(KIOSK, KIOSK.topic(Channel.FACTS), a_message(), signed(a_message()), keys)
    assert len(told.facts) == 1


def test_what_says_nothing_of_loans_needs_no_key() -> None:
    checked = GateChecked(IntentId("c"), "exit", CheckResult.SILENT, "Guard Li")
    assert believed(a_message(checked, station=STRANGER), None, STRANGER).facts[0].fact == checked


def test_a_fact_from_a_kiosk_whose_clock_is_ahead_is_believed_once(tmp_path: Path) -> None:
    """It is dated by its arrival; told again by a thief it would be newer than the return."""
    ahead = a_message(at=NOON + timedelta(days=2))
    returned = LentChanges(0, 1, (LentChange(LE_ZAHIR, (), False, NOON + timedelta(minutes=1)),))

    copy = LentCopy(tmp_path / "copy", 86_400)
    copy.facts("kiosk-1", believed(ahead, signed(ahead)), NOON)
    copy.changes(returned, NOON + timedelta(minutes=1))
    copy.facts("kiosk-1", believed(ahead, signed(ahead)), NOON + timedelta(minutes=2))
    copy.close()
    started_anew = LentCopy(tmp_path / "copy", 86_400)
    started_anew.facts("kiosk-1", believed(ahead, signed(ahead)), NOON + timedelta(minutes=3))
    known = started_anew.known(a_sighting(LE_ZAHIR), NOON + timedelta(minutes=3))
    started_anew.close()
    assert known.standing is not Standing.LENT


def settings(*stations: StationSettings) -> GateControllerSettings:
    gates = (GateSettings(GateDriver.LSP2, "tcp://10.0.0.8:4001", first_index=0),)
    return GateControllerSettings(gates, site="main", station="gate-1", stations=stations)


def test_keys_are_the_files_that_stations_make(tmp_path: Path) -> None:
    old, new = own_key(tmp_path / "old"), own_key(tmp_path / "new")
    named = [StationSettings("kiosk-1", tmp_path / name / "signing.pub") for name in ("old", "new")]
    assert settings(*named).station_keys() == {"kiosk-1": [old.public_key(), new.public_key()]}
    assert settings().station_keys() is None


def test_a_key_that_cannot_be_read_is_said_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"stations\.1\.public_key_file: .*signing\.pub"):
        settings(StationSettings("kiosk-1", tmp_path / "signing.pub")).station_keys()
