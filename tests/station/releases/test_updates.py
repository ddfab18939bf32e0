"""Bundles that are not what they should be, and a real supervisor with real programs: kept, taken back, cut off."""

from __future__ import annotations

import gzip
import io
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.station.releases import bundle as bundles
from kiosk.station.releases.bundle import BadBundle, write_bundle
from kiosk.station.releases.folder import MOST_STARTS, NEVER_UP, NOT_SWITCHED, Releases
from tests.real_parts import PATIENCE_S, wait_until

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
WELL = """#!/bin/sh
echo '{"ready": {"version": "VERSION"}}'
while :; do sleep 0.1; done
"""
FALLS = "#!/bin/sh\nexit 3\n"
SILENT = "#!/bin/sh\nwhile :; do sleep 0.1; done\n"
FALLS_LATER = "#!/bin/sh\necho '{\"ready\": {}}'\nsleep 0.2\nexit 1\n"
ENDS_WHEN_TOLD = """#!/bin/sh
echo '{"ready": {"version": "VERSION"}}'
while [ ! -e "$1" ]; do sleep 0.05; done
rm "$1"
exit 75
"""


def made(tmp_path: Path, version: str, script: str = WELL, **other: object) -> Path:
    folder = tmp_path / f"of-{version}"
    (folder / "bin").mkdir(parents=True)
    start = folder / "bin" / "start"
    start.write_text(script.replace("VERSION", version), "utf-8")
    start.chmod(0o755)
    (folder / "data").mkdir()
    (folder / "data" / "words").write_text("many words\n" * 1_000, "utf-8")
    to = tmp_path / f"{version}.bundle"
    fields: dict[str, object] = {"machine": "any", "security": 0, "key": KEY}
    write_bundle(folder, to, version, **(fields | other))  # type: ignore[arg-type]
    return to


@pytest.fixture
def releases(tmp_path: Path) -> Releases:
    """The first one is in force."""
    folder = tmp_path / "releases"
    folder.mkdir()
    found = Releases(folder)
    found.put(found.install(made(tmp_path, "1", ENDS_WHEN_TOLD), [KEY.public_key()]), "")
    return found


def put(releases: Releases, file: Path, command: str = "c") -> None:
    releases.put(releases.install(file, [KEY.public_key()]), command)


Spoil = Callable[[bytes], bytes]


def _tar(spoil: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Spoil:
    """The same archive with other members."""

    def spoiled(content: bytes) -> bytes:
        members: dict[str, bytes] = {}
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for member in archive:
                found = archive.extractfile(member)
                assert found is not None
                members[member.name] = found.read()
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            for name, data in spoil(members).items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return out.getvalue()

    return spoiled


SPOILED: dict[str, tuple[Spoil, str]] = {
    "half of it": (lambda content: content[: len(content) // 2], "whole|manifest"),
    "one byte": (lambda content: content[:-30] + bytes([content[-30] ^ 1]) + content[-29:], "whole|manifest"),
    "nothing": (lambda content: b"", "whole|manifest.json"),
    "no archive": (lambda content: b"hello" * 1_000, "whole"),
    "a changed manifest": (
        _tar(lambda all_: all_ | {"manifest.json": all_["manifest.json"].replace(b'"security": 0', b'"security": 9')}),
        "signature",
    ),
    "a changed file": (_tar(lambda all_: all_ | {"bin/start": b"#!/bin/sh\nrm -rf /\n"}), "manifest says"),
    "a file more": (_tar(lambda all_: all_ | {"../../evil": b"x"}), "not in the manifest"),
    "a file less": (_tar(lambda all_: {k: v for k, v in all_.items() if k != "data/words"}), "missing"),
    "no signature": (_tar(lambda all_: {k: v for k, v in all_.items() if k != "manifest.sig"}), "manifest.sig"),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_bundle_is_refused_and_nothing_of_it_stays(releases: Releases, tmp_path: Path, how: str) -> None:
    spoil, why = SPOILED[how]
    file = made(tmp_path, "2")
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(BadBundle, match=why):
        releases.install(file, [KEY.public_key()])
    assert releases.current() == "1"
    assert sorted(path.name for path in releases.folder.iterdir()) == ["1", "current", "floor.json"]


def test_another_key_another_machine_an_older_security_level_and_a_full_disk(
    releases: Releases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadBundle, match="signature"):
        releases.install(made(tmp_path, "2", key=Ed25519PrivateKey.generate()), [KEY.public_key()])
    with pytest.raises(BadBundle, match="it is for vax"):
        releases.install(made(tmp_path, "3", machine="vax"), [KEY.public_key()])
    put(releases, made(tmp_path, "4", security=2))
    releases.keep()
    with pytest.raises(BadBundle, match="security level is 1"):
        releases.install(made(tmp_path, "5", security=1), [KEY.public_key()])
    monkeypatch.setattr(bundles, "SPARE_BYTES", 1 << 62)
    with pytest.raises(BadBundle, match="too full"):
        releases.install(made(tmp_path, "6", security=2), [KEY.public_key()])
    assert releases.current() == "4"


def test_a_bomb_of_zeros_is_refused_before_it_fills_the_disk(releases: Releases, tmp_path: Path) -> None:
    file = tmp_path / "bomb"
    file.write_bytes(gzip.compress(bytes(30_000_000)))
    with pytest.raises(BadBundle):
        releases.install(file, [KEY.public_key()])


@pytest.fixture
def supervised(releases: Releases, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    running: list[subprocess.Popen[bytes]] = []

    def started() -> subprocess.Popen[bytes]:
        words = ["supervise", "--releases", str(releases.folder), "--within", "3", "--steady", "0.5"]
        command = [sys.executable, "-m", "kiosk", *words, "--", str(tmp_path / "end")]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL))
        return running[-1]

    yield started
    for one in running:
        one.terminate()
        one.wait(PATIENCE_S)
        assert one.stdout is not None
        one.stdout.close()


def ready(process: subprocess.Popen[bytes], version: str) -> None:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert f'"version": "{version}"'.encode() in line


def test_a_release_that_comes_up_and_stays_up_is_kept(
    releases: Releases, tmp_path: Path, supervised: Callable[[], subprocess.Popen[bytes]]
) -> None:
    process = supervised()
    ready(process, "1")
    put(releases, made(tmp_path, "2"))
    (tmp_path / "end").touch()
    ready(process, "2")
    wait_until(lambda: releases.ended() is not None)
    ended = releases.ended()
    assert ended is not None
    assert (ended.command, ended.version, ended.why) == ("c", "2", "")
    assert releases.current() == "2"
    assert releases.trial() is None


@pytest.mark.parametrize(
    ("script", "why"),
    [(FALLS, "code 3"), (SILENT, "not ready"), (FALLS_LATER, "code 1"), ("no program", "cannot be run")],
)
def test_a_release_that_is_not_well_is_taken_back(
    releases: Releases,
    tmp_path: Path,
    supervised: Callable[[], subprocess.Popen[bytes]],
    script: str,
    why: str,
) -> None:
    process = supervised()
    ready(process, "1")
    put(releases, made(tmp_path, "2", script))
    (tmp_path / "end").touch()
    wait_until(lambda: releases.ended() is not None)
    ended = releases.ended()
    assert ended is not None
    assert why in ended.why
    assert releases.current() == "1"
    assert process.poll() is None


def test_a_power_cut_in_the_middle_of_a_trial_goes_on_with_it_or_ends_it(
    releases: Releases, tmp_path: Path, supervised: Callable[[], subprocess.Popen[bytes]]
) -> None:
    put(releases, made(tmp_path, "2", SILENT))
    process = supervised()
    wait_until(lambda: (trial := releases.trial()) is not None and trial.starts == 1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for _ in range(MOST_STARTS - 1):
        releases.starting()
    assert releases.current() == "2"
    releases.starting()
    ended = releases.ended()
    assert ended is not None
    assert ended.why == NEVER_UP
    assert releases.current() == "1"


def test_a_power_cut_before_the_switch_is_told(releases: Releases, tmp_path: Path) -> None:
    put(releases, made(tmp_path, "2"))
    (releases.folder / "current").unlink()
    (releases.folder / "current").symlink_to("1")
    releases.starting()
    ended = releases.ended()
    assert ended is not None
    assert ended.why == NOT_SWITCHED
