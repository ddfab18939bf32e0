"""What lies between the captures: frames cut at every byte, noise around them, one frame behind another."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from drivers.described import Described, Direction
from drivers.protocols import describer

VECTORS = Path(__file__).parent.parent / "vectors"
FRAMED = ("lsp2", "m3_210", "rl866", "llrp", "scan_engine")
"""Protocols whose frames tell their own length."""
NOISE_TOLERANT = ("lsp2", "m3_210", "rl866", "scan_engine")
Frame = tuple[str, bytes, Direction]


def whole_frames(protocols: tuple[str, ...]) -> list[Frame]:
    """Frames of the vector files that are sound from the first byte to the last."""
    return [
        (name, bytes.fromhex(entry["hex"]), Direction(entry["direction"]))
        for name in protocols
        for entry in tomllib.loads((VECTORS / f"{name}.toml").read_text(encoding="utf-8"))["exchange"]
        if not {"frame-truncated", "noise-skipped", "length-invalid", "crc-mismatch", "checksum-mismatch"}
        & set(entry["findings"])
    ]


def told(frame: Frame, data: bytes) -> list[Described]:
    name, _, direction = frame
    return describer(name)(data, direction)


@pytest.mark.parametrize("frame", whole_frames(FRAMED), ids=lambda frame: f"{frame[0]}-{frame[1].hex()[:24]}")
def test_a_frame_cut_anywhere_is_incomplete(frame: Frame) -> None:
    for cut in range(1, len(frame[1])):
        assert told(frame, frame[1][:cut]) == [Described("incomplete", {}, ["frame-truncated"])]


@pytest.mark.parametrize("frame", whole_frames(FRAMED), ids=lambda frame: f"{frame[0]}-{frame[1].hex()[:24]}")
def test_frames_one_behind_another_are_told_one_by_one(frame: Frame) -> None:
    alone = told(frame, frame[1])
    assert told(frame, frame[1] * 3) == alone * 3
    if alone[0].message != "trigger-answer":  # a code without its end may follow there
        assert told(frame, frame[1] + frame[1][:-1]) == [*alone, Described("incomplete", {}, ["frame-truncated"])]


@pytest.mark.parametrize("frame", whole_frames(NOISE_TOLERANT), ids=lambda frame: f"{frame[0]}-{frame[1].hex()[:24]}")
def test_noise_around_a_frame_is_skipped_and_said_once(frame: Frame) -> None:
    (alone,) = told(frame, frame[1])
    skipped = [Described(alone.message, alone.fields, ["noise-skipped", *alone.findings])]
    assert told(frame, b"\x00" + frame[1]) == skipped
    assert told(frame, b"\x55\xaa\x00" + frame[1]) == skipped
    behind = told(frame, frame[1] + b"\x00\x00")
    if alone.message != "trigger-answer":
        assert [(each.message, sorted(each.findings)) for each in behind] == [
            (alone.message, sorted([*alone.findings, "noise-skipped"]))
        ]


@pytest.mark.parametrize("frame", whole_frames(NOISE_TOLERANT), ids=lambda frame: f"{frame[0]}-{frame[1].hex()[:24]}")
def test_a_torn_frame_does_not_hide_the_whole_one_behind_it(frame: Frame) -> None:
    """The torn one seems to go on into the next; the check value of the whole one tells."""
    name, data, _ = frame
    (alone,) = told(frame, data)
    last = told(frame, data[: len(data) // 2] + data)[-1]
    if name != "lsp2":  # a wire without check bytes: the torn frame may swallow the other
        assert (last.message, last.fields) == (alone.message, alone.fields)


def test_a_capture_of_nothing_but_noise_is_told_at_once() -> None:
    for name in FRAMED:
        assert describer(name)(b"\x00" * 65_536, None)[0].message == "incomplete"
