"""Settings that the fleet pushes: refused, taken, or taken back; a kiosk is never left without any."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.demo.children import NotReady
from kiosk.station.orders.trial import MOST_STARTS, NEVER_UP, NOT_SWITCHED, TriedFile
from kiosk.wire import Channel, CommandKind, CommandState, SetAside, decode_health
from tests.station.orders.conftest import FleetEnd, StartedKiosk

Start = Callable[[], StartedKiosk]


def test_new_settings_are_in_force_after_the_visit_and_their_version_is_told(
    start: Start, fleet: FleetEnd, tmp_path: Path
) -> None:
    kiosk = start()
    kiosk.shows("attract")
    kiosk.mirror.act("attract.return")
    new = (tmp_path / "kiosk.toml").read_text("utf-8").replace("City Library", "Harbour Library")
    order = fleet.order(CommandKind.CONFIGURE, {"version": "2026-11", "text": new})
    fleet.result(order.id, CommandState.RUNNING)
    assert kiosk.mirror.view().screen == "return"
    kiosk.mirror.act("return.done")
    assert kiosk.ends() == 75
    again = start()
    assert fleet.result(order.id).state is CommandState.DONE
    again.sees(lambda view: "Harbour Library" in view.tree.texts())
    while True:
        told = decode_health(fleet.hears(Channel.HEALTH))
        assert not isinstance(told, SetAside)
        if told.config == "2026-11":
            break
    assert not list(tmp_path.glob("kiosk.toml.trial*")) + list(tmp_path.glob("*.half"))


FAULTS = {
    "lk/main/kiosk-1": ('station = "kiosk-1"', 'station = "kiosk-9"'),
    "flee": ("[fleet]", "[flee]"),
    "name_en": ('name_en = "City Library"', "name_en = 7"),
    "public_keys": ("signing.pub", "other.pub"),
    "TOML": ("[screen]", "[screen"),
}
"""What the refusal has to name, and what is changed in the file."""


def test_settings_with_faults_are_refused_with_the_fault_and_the_old_ones_kept(
    start: Start, fleet: FleetEnd, tmp_path: Path
) -> None:
    kiosk = start()
    kiosk.shows("attract")
    old = (tmp_path / "kiosk.toml").read_text("utf-8")
    for why, change in FAULTS.items():
        order = fleet.order(CommandKind.CONFIGURE, {"version": "2", "text": old.replace(*change)})
        told = fleet.result(order.id)
        assert told.state is CommandState.FAILED
        assert why in told.reason
        assert (tmp_path / "kiosk.toml").read_text("utf-8") == old
    assert kiosk.mirror.view().screen == "attract"


def test_settings_with_which_the_kiosk_cannot_start_are_taken_back(
    start: Start, fleet: FleetEnd, tmp_path: Path
) -> None:
    """A mirror on a port that nobody may have: no check can see it."""
    kiosk = start()
    kiosk.shows("attract")
    old = (tmp_path / "kiosk.toml").read_text("utf-8")
    new = old.replace("[mirror]\nport = 0", f"[mirror]\nport = {fleet.port}")
    order = fleet.order(CommandKind.CONFIGURE, {"version": "2", "text": new})
    assert kiosk.ends() == 75
    with pytest.raises(NotReady, match="cannot listen"):
        start()
    start().shows("attract")
    told = fleet.result(order.id)
    assert told.state is CommandState.FAILED
    assert "taken back" in told.reason
    assert (tmp_path / "kiosk.toml").read_text("utf-8") == old


def tried(tmp_path: Path) -> TriedFile:
    (tmp_path / "kiosk.toml").write_text("old", "utf-8")
    return TriedFile(tmp_path / "kiosk.toml")


def test_a_power_cut_before_the_switch_leaves_the_old_one_and_says_so(tmp_path: Path) -> None:
    file = tried(tmp_path)
    file.put("new", "c", "2")
    (tmp_path / "kiosk.toml").write_text("old", "utf-8")
    ended = file.starting()
    assert ended is not None
    assert (ended.command, ended.why) == ("c", NOT_SWITCHED)
    assert file.trial() is None


def test_one_with_which_it_never_comes_up_is_taken_back_after_some_starts(tmp_path: Path) -> None:
    file = tried(tmp_path)
    file.put("new", "c", "2")
    for _ in range(MOST_STARTS):
        assert file.starting() is None
        assert file.path.read_text("utf-8") == "new"
    ended = file.starting()
    assert ended is not None
    assert ended.why == NEVER_UP
    assert file.path.read_text("utf-8") == "old"
    assert file.version().startswith("local-")


def test_a_file_that_somebody_changes_by_hand_has_no_version_of_the_fleet(tmp_path: Path) -> None:
    file = tried(tmp_path)
    file.put("new", "c", "2")
    file.keep()
    assert file.version() == "2"
    file.path.write_text("by hand", "utf-8")
    assert file.version().startswith("local-")
