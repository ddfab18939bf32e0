"""`kiosk run` as systemd starts it: a real process, with real lines to no devices or to a quiet reader."""

from __future__ import annotations

import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.demo.children import Child
from kiosk.demo.mirror_client import MirrorClient, MirrorGone, MirrorRefused, View
from kiosk.ledger import Ledger, LedgerFile, verify
from kiosk.model.journal import RowKind
from kiosk.station.mirror import LONGEST_WAIT_S
from kiosk.wire import Station
from tests.real_parts import PATIENCE_S, wait_until
from tests.station.quiet_reader import QuietReader

KIOSK = """
site = "main"
station = "kiosk-1"

[library]
name_zh = "城市图书馆"
name_en = "City Library"

[screen]
mode = "headless"

[pad]
port = "{folder}/pad"

[scanner]
port = "{folder}/scanner"

[printer]
port = "{folder}/printer"

[cards]
reader = "none such"

[broker]
port = 9

[ledger]
path = "{folder}/ledger.sqlite"

[mirror]
port = 0
rehearse = true
"""


class Started:
    """One run of the kiosk."""

    def __init__(self, child: Child) -> None:
        self.child = child
        ready = child.announced["ready"]
        assert isinstance(ready, dict)
        self.ready = ready
        self.mirror = MirrorClient(int(str(ready["mirror"])))

    def shows(self, screen: str) -> View:
        view = self.mirror.view()
        while view.screen != screen:
            later = self.mirror.view(view.number, LONGEST_WAIT_S)
            assert later.number > view.number, f"nothing changed on {view.screen}: {view.tree.texts()}"
            view = later
        return view

    def ends(self) -> int:
        assert self.child.process is not None
        return self.child.process.wait(PATIENCE_S)

    def terminated(self) -> int:
        assert self.child.process is not None
        self.child.process.send_signal(signal.SIGTERM)
        return self.ends()

    @property
    def log(self) -> str:
        return self.child.log.read_text(encoding="utf-8")


Prepare = Callable[..., Child]
Start = Callable[..., Started]


@pytest.fixture
def prepare(tmp_path: Path, fonts_folder: Path) -> Iterator[Prepare]:
    """Starts `kiosk run` on a complete configuration, with values put in place of it."""
    children: list[Child] = []
    (tmp_path / "kiosk.toml").write_text(KIOSK.format(folder=tmp_path), encoding="utf-8")

    def started(*overrides: str, **environment: str) -> Child:
        command = [sys.executable, "-m", "kiosk", "run", "--config", str(tmp_path)]
        command += [word for override in overrides for word in ("--set", override)]
        environment |= {"KIOSK_FONTS": str(fonts_folder), "PCSCLITE_CSOCK_NAME": str(tmp_path / "no-pcscd")}
        log = tmp_path / f"kiosk-{len(children)}.log"
        children.append(Child("kiosk", command, log, {"NOTIFY_SOCKET": "", **environment}))
        children[-1].start()
        return children[-1]

    yield started
    for child in children:
        child.kill()


@pytest.fixture
def start(prepare: Prepare) -> Start:
    """The same, when it is ready."""

    def ready(*overrides: str, **environment: str) -> Started:
        child = prepare(*overrides, **environment)
        child.wait_ready(PATIENCE_S)
        return Started(child)

    return ready


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[QuietReader]:
    plugged_in = QuietReader(tmp_path / "pad")
    yield plugged_in
    plugged_in.unplug()


def test_p01_without_a_pad_the_kiosk_says_so_in_plain_words_and_sends_people_to_the_desk(start: Start) -> None:
    texts = start().shows("out-of-service").tree.texts()
    assert "暂停服务" in texts
    assert any("服务台" in text for text in texts)
    assert not any("/pad" in text or "Errno" in text for text in texts)


def test_every_device_that_is_missing_is_written_down_for_the_technician(start: Start, tmp_path: Path) -> None:
    kiosk = start()
    kiosk.shows("out-of-service")
    assert kiosk.terminated() == 0
    for where in ("pad", "scanner", "printer"):
        assert f"{where} at {tmp_path}/{where} is gone" in kiosk.log
    assert "cards at none such is gone" in kiosk.log


def test_sigterm_ends_the_kiosk_in_order(start: Start) -> None:
    kiosk = start()
    assert kiosk.terminated() == 0
    with pytest.raises(MirrorGone):
        kiosk.mirror.view()


def test_new_settings_are_taken_up_by_a_restart_and_faulty_ones_are_not(
    start: Start, reader: QuietReader, tmp_path: Path
) -> None:
    """`systemctl reload kiosk`: never while somebody is at it, and never with a file that could not be started with."""
    kiosk = start()
    kiosk.shows("attract")
    kiosk.mirror.act("attract.return")
    kiosk.shows("return")
    settings = tmp_path / "kiosk.toml"
    sound = settings.read_text(encoding="utf-8")
    process = kiosk.child.process
    assert process is not None

    settings.write_text(sound.replace("station =", "staton ="), encoding="utf-8")
    process.send_signal(signal.SIGHUP)
    wait_until(lambda: "did you mean `station`?" in kiosk.log)
    settings.write_text(sound + "[offline]\nloan_days = 7\n", encoding="utf-8")
    process.send_signal(signal.SIGHUP)
    wait_until(lambda: "as soon as nobody is here" in kiosk.log)
    assert kiosk.mirror.view().screen == "return"
    assert process.poll() is None

    kiosk.mirror.act("return.done")
    assert kiosk.ends() == 75


def test_the_ready_line_names_the_station_and_the_mirror(start: Start) -> None:
    ready = start().ready
    assert ready["station"] == "lk/main/kiosk-1"
    assert isinstance(ready["mirror"], int)


def test_systemd_hears_when_the_first_picture_is_shown_and_when_it_stops(start: Start, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE_S)
        kiosk = start(NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="20000000")
        assert systemd.recv(64) == b"READY=1"
        assert systemd.recv(64) == b"WATCHDOG=1"
        assert kiosk.terminated() == 0
        assert systemd.recv(64) == b"STOPPING=1"


def test_with_a_quiet_reader_the_kiosk_welcomes_and_a_touch_begins_a_visit(start: Start, reader: QuietReader) -> None:
    kiosk = start()
    kiosk.shows("attract")
    kiosk.mirror.act("attract.return")
    assert kiosk.mirror.view().screen == "return"


def test_p01_a_pad_that_is_unplugged_and_plugged_in_again_is_found_again(start: Start, reader: QuietReader) -> None:
    kiosk = start()
    kiosk.shows("attract")
    reader.unplug()
    kiosk.shows("out-of-service")
    reader.plug_in()
    kiosk.shows("attract")


def test_d18_without_file_handles_the_screen_stays_and_the_pad_is_found_when_there_are_some(
    start: Start, reader: QuietReader
) -> None:
    kiosk = start()
    kiosk.shows("attract")
    reader.unplug()
    kiosk.shows("out-of-service")
    process = kiosk.child.process
    assert process is not None
    used = {int(handle.name) for handle in Path(f"/proc/{process.pid}/fd").iterdir()}
    most = min(set(range(len(used) + 1)) - used)  # the lowest number that is free is the next one
    before = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (most, before[1]))
    reader.plug_in()
    wait_until(lambda: "Too many open files" in kiosk.log, "nobody has missed a handle")
    assert kiosk.mirror.view().screen == "out-of-service"
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, before)
    kiosk.shows("attract")


@pytest.mark.parametrize(("when", "kept"), [("before", False), ("after", True)])
def test_d01_a_power_cut_on_order_kills_the_process_beside_its_row(
    start: Start, reader: QuietReader, tmp_path: Path, when: str, kept: bool
) -> None:
    kiosk = start()
    kiosk.shows("attract")
    kiosk.mirror.arm_power_cut(RowKind.SESSION_STARTED.value, before=when == "before", nth=1)
    with pytest.raises(MirrorGone):
        kiosk.mirror.act("attract.return")
    assert kiosk.ends() == -signal.SIGKILL
    with LedgerFile(tmp_path / "ledger.sqlite") as file:
        assert (RowKind.SESSION_STARTED in {stored.row.kind for stored in file.rows()}) is kept
    start().shows("attract")
    assert verify(tmp_path / "ledger.sqlite") == []


def test_a_rehearsal_is_refused_where_it_is_not_allowed(start: Start) -> None:
    kiosk = start("mirror.rehearse=false")
    with pytest.raises(MirrorRefused, match="rehearse = true"):
        kiosk.mirror.arm_power_cut("loan.made", before=True, nth=1)


def test_no_core_is_dumped(start: Start) -> None:
    """I6: a core dump would hold patrons' data."""
    process = start().child.process
    assert process is not None
    limits = Path(f"/proc/{process.pid}/limits").read_text(encoding="utf-8")
    (line,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
    assert line.split()[4:6] == ["0", "0"]


def test_d16_a_damaged_ledger_is_kept_aside_and_that_is_said(start: Start, tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"This was a database once." * 400)
    kiosk = start()
    assert "kept as ledger.sqlite.damaged-" in kiosk.log
    assert kiosk.terminated() == 0


def refused(prepare: Prepare, *overrides: str, **environment: str) -> tuple[int, str]:
    child = prepare(*overrides, **environment)
    assert child.process is not None
    code = child.process.wait(PATIENCE_S)
    return code, child.log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("pad.port=ttyUSB0", "pad.port: expected a path such as /dev/ttyUSB0, tcp://host:port, or pcsc:READER"),
        ("printer.width_dots=577", "printer.width_dots: expected a multiple of 8"),
        ("site=Main Library", "site"),
    ],
)
def test_i8_a_setting_that_makes_no_sense_is_refused_with_its_key(prepare: Prepare, override: str, words: str) -> None:
    code, said = refused(prepare, override)
    assert code == 2
    assert words in said
    assert "Traceback" not in said


def test_a_ledger_that_another_kiosk_uses_is_refused(prepare: Prepare, tmp_path: Path) -> None:
    other = Ledger.open(tmp_path / "ledger.sqlite", Station("main", "kiosk-1"))
    code, said = refused(prepare)
    other.close()
    assert code == 1
    assert "another process uses this ledger" in said


def test_a_place_where_no_ledger_can_be_is_refused(prepare: Prepare, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, said = refused(prepare, f"ledger.path={tmp_path}/file/ledger.sqlite")
    assert code == 1
    assert f"{tmp_path}/file/ledger.sqlite" in said
    assert "Traceback" not in said


def test_without_its_fonts_a_kiosk_starts_and_says_what_takes_their_place(start: Start, tmp_path: Path) -> None:
    started = start(f"screen.fonts={tmp_path}/none")
    started.shows("out-of-service")
    assert f"{tmp_path}/none/NotoSansCJKsc-Regular.otf: not there; " in started.log
    assert "make setup" in started.log


def test_a_layout_of_receipts_that_cannot_be_used_is_refused_with_each_fault(prepare: Prepare, tmp_path: Path) -> None:
    (tmp_path / "receipts").mkdir()
    for name in ("zh", "en"):
        (tmp_path / "receipts" / f"{name}.toml").write_text('[[row]]\ntext = "{titel}"\n', encoding="utf-8")
    code, said = refused(prepare, f"printer.templates={tmp_path}/receipts")
    assert code == 1
    assert said.count("row.1: expected a known place in `{titel}`") == 2
    assert "Traceback" not in said


def test_a_logo_that_is_not_there_is_named(prepare: Prepare, tmp_path: Path) -> None:
    code, said = refused(prepare, f"printer.logo={tmp_path}/logo.png")
    assert code == 1
    assert f"receipt logo {tmp_path}/logo.png: it cannot be read" in said


def test_a_kiosk_without_a_screen_says_so(prepare: Prepare) -> None:
    code, said = refused(prepare, "screen.mode=window", SDL_VIDEODRIVER="none-such")
    assert code == 1
    assert 'mode = "headless"' in said


def test_a_password_file_that_is_not_there_is_named(prepare: Prepare, tmp_path: Path) -> None:
    code, said = refused(prepare, f"broker.password_file={tmp_path}/secret")
    assert code == 1
    assert f"{tmp_path}/secret" in said


def test_a_mirror_port_that_is_taken_is_named(prepare: Prepare) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, said = refused(prepare, f"mirror.port={taken.getsockname()[1]}")
    assert code == 1
    assert "[mirror] port" in said
