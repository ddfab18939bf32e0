"""Whatever is typed: an answer, a refusal or the usage. Never a traceback."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.protocols import known_protocols
from kiosk.commands import main
from tests.commands.conftest import Kiosk

WORDS = st.text(st.characters(exclude_characters="\0"), max_size=12) | st.sampled_from(
    ["--json", "--help", "--uii", "--afi", "07", "--format", "iso28560-2", "-", "--", "@", "--config", "FF", "0x"]
)
HEX_LIKE = st.text("0123456789abcdefABCDEFxX :-,\n", max_size=80)
HEX = st.binary(max_size=60).map(bytes.hex)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)
KEYS = st.sampled_from(
    ["primary_item_identifier", "owner_institution", "set_information", "type_of_usage", "content_parameter", "title"]
    + ["gs1_product_identifier", "item_type", "custom", "on_loan", "pii_encoding", "unique_item_identifier", "other"]
)
FORMATS = ["iso28560-2", "iso28560-3", "iso28560-4", "gxlm", "rfid501"]


def ends(words: list[str], given: str = "") -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command line."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setattr("sys.stdin", io.StringIO(given))
        try:
            code = main(words)
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else -1
    return code, out.getvalue(), err.getvalue()


def is_told(ended: tuple[int, str, str]) -> object:
    """What JSON was printed; nothing, and words on standard error, where the command line made no sense."""
    code, out, err = ended
    assert code in (0, 1, 2)
    if code == 0:
        return json.loads(out)
    assert err.strip()
    return json.loads(out) if code == 1 else None


@settings(deadline=None)
@given(st.sampled_from(["tag", "wire", "check-config", "journal", "screens"]), st.lists(WORDS, max_size=6))
def test_any_words_end_with_a_code_of_the_command(command: str, words: list[str]) -> None:
    if command == "screens" and any(word.startswith("--") and word != "--help" for word in words):
        return  # drawing hundreds of pictures is tested elsewhere
    code, _, _ = ends([command, *words], given="00")
    assert code in (0, 1, 2)


@settings(deadline=None)
@given(st.sampled_from(known_protocols()), HEX, st.sampled_from([None, "host-to-device", "device-to-host"]))
def test_any_bytes_of_a_wire_are_told(protocol: str, data: str, direction: str | None) -> None:
    words = ["wire", "decode", protocol, data, "--json", *(["--direction", direction] if direction else [])]
    document = is_told(ends(words))
    for told in document if isinstance(document, list) else [document]:
        assert told is None or (isinstance(told, dict) and set(told) == {"message", "fields", "findings"})


@settings(deadline=None)
@given(HEX_LIKE, st.none() | HEX_LIKE, st.none() | HEX_LIKE)
def test_anything_like_hex_is_told_or_refused(data: str, uii: str | None, afi: str | None) -> None:
    options = [*(["--uii=" + uii] if uii is not None else []), *(["--afi=" + afi] if afi is not None else [])]
    document = is_told(ends(["tag", "decode", "--json", *options, "--", data]))
    assert document is None or (isinstance(document, dict) and {"format", "elements", "findings"} <= set(document))


@settings(deadline=None)
@given(HEX, st.none() | HEX)
def test_any_tag_is_told_and_written_again_or_refused_with_a_remedy(data: str, uii: str | None) -> None:
    if not data and not uii:
        return
    words = ["tag", "decode", "--json", *([data] if data else []), *(["--uii", uii] if uii is not None else [])]
    code, out, _ = ends(words)
    assert code == 0
    told = is_told(ends(["tag", "encode", "--json"], given=out))
    assert told is None or (isinstance(told, dict) and ("hex" in told or set(told["refused"]) == REFUSAL))


REFUSAL = {"where", "what", "remedy"}


@settings(deadline=None)
@given(st.sampled_from(FORMATS), st.dictionaries(KEYS, JSON, max_size=5))
def test_any_elements_are_written_or_refused(layout: str, elements: dict[str, object]) -> None:
    told = is_told(ends(["tag", "encode", "--format", layout, "--json"], given=json.dumps(elements)))
    assert told is None or (isinstance(told, dict) and ("hex" in told or set(told["refused"]) == REFUSAL))


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_in_place_of_json_is_refused_with_its_place(text: str) -> None:
    code, _, err = ends(["tag", "encode", "--format", "iso28560-2"], given=text)
    assert code in (1, 2)
    assert err.startswith("kiosk tag encode: ")


@pytest.mark.parametrize(
    ("words", "given_text"),
    [
        (["tag", "decode", "0x91 0x00 0x05 0x1C 0xBE 0x99 0x1A 0x14"], ""),
        (["tag", "decode", "91:00:05:1c:be:99:1a:14"], ""),
        (["tag", "decode", "91-00-05-1C-BE-99-1A-14"], ""),
        (["tag", "decode", "9100", "051C", "BE99", "1A14"], ""),
        (["tag", "decode", "-"], "91 00 05 1C\nBE 99 1A 14\n"),
        (["tag", "decode"], "\ufeff9100051CBE991A14\n"),
    ],
)
def test_hex_is_taken_as_people_paste_it(kiosk: Kiosk, words: list[str], given_text: str) -> None:
    ran = kiosk(*words, "--json", given=given_text)
    assert json.loads(ran.out)["elements"] == {"primary_item_identifier": "123456789012"}


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["tag", "decode", "123"], "HEX: 3 hex digits are an odd number, the last at position 3"),
        (["tag", "decode", "12 0G"], "HEX: 'G' at position 5 is no hex digit"),
        (["tag", "decode", ""], "HEX: there is no byte in it"),
        (["tag", "decode", "--uii", ""], "HEX: there is no byte in it"),
        (["tag", "decode", "00", "--afi", "0707"], "--afi: '0707' is not one byte"),
        (["tag", "decode", "00", "--block-size", "0"], "--block-size: '0' does not fit"),
        (["tag", "decode", "00" * 65_537], "HEX: 65537 bytes are more than a tag has"),
        (["tag", "encode", "--format", "iso", "{}"], "--format: 'iso' is no layout"),
        (["tag", "encode", "--format", "gxlm", "[]"], "list is no object"),
        (["tag", "encode", "--format", "gxlm", "{"], "line 1, column 2"),
        (["tag", "encode", "{}"], "--format: it is missing"),
        (["tag", "encode", "@/nowhere/at/all"], "No such file or directory"),
        (["tag", "encode", "{}", "--elements", "{}"], "given twice"),
        (["wire", "decode", "lps2", "00"], "Did you mean lsp2"),
        (["wire", "decode", "lsp2", "0 x"], "HEX: 'x' at position 3"),
        (["wire", "decode", "lsp2", "00" * 65_537], "65537 bytes are too many"),
    ],
)
def test_what_makes_no_sense_is_refused_with_place_and_remedy(kiosk: Kiosk, words: list[str], complaint: str) -> None:
    ran = kiosk(*words)
    assert (ran.code, ran.out) == (2, "")
    assert complaint in ran.err


@pytest.mark.parametrize("layout", FORMATS)
def test_a_misspelt_element_is_refused_with_the_nearest(kiosk: Kiosk, layout: str) -> None:
    ran = kiosk("tag", "encode", "--json", "--format", layout, '{"primary_item_identifer": "1"}')
    assert ran.code == 1
    assert json.loads(ran.out)["refused"]["remedy"] == "did you mean primary_item_identifier?"
    assert "primary_item_identifer" in ran.err


def test_elements_come_from_a_file_as_well(kiosk: Kiosk, tmp_path: Path) -> None:
    path = tmp_path / "tag.json"
    path.write_text('{"format": "iso28560-2", "elements": {"primary_item_identifier": "698542"}}', encoding="utf-8")
    assert kiosk("tag", "encode", f"@{path}").out == "11030AA8AE\n"
    path.write_bytes(b"\xff")
    assert "no UTF-8 text" in kiosk("tag", "encode", f"@{path}").err


def test_nothing_typed_shows_the_commands(kiosk: Kiosk) -> None:
    assert kiosk().code == 2
    assert kiosk("nonsense").code == 2
    assert kiosk("tag").code == 2
    assert kiosk("--help").code == 0
