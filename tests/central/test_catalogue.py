"""Catalogues: real records, two formats, three character sets, and seventeen ways of being broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.central.catalogue.findings import Code, Finding, Severity
from kiosk.central.catalogue.isbn import Isbn, read_isbn
from kiosk.central.catalogue.reading import Catalogued, read_records
from kiosk.central.catalogue.records import BibRecord, Format, name_of, title_of

DATA = Path(__file__).resolve().parents[1] / "data"
CHINESE = (DATA / "loc_chinese_600.mrc").read_bytes()
MIXED = (DATA / "loc_mixed_600.mrc").read_bytes()
UTF8 = (DATA / "cnmarc_derived_200_utf8.iso").read_bytes()
GB18030 = (DATA / "cnmarc_derived_200_gb18030.iso").read_bytes()


def read(data: bytes) -> tuple[list[BibRecord], list[Finding]]:
    found = list(read_records(data, set()))
    records = [one.record for one in found if isinstance(one, Catalogued)]
    return records, [one for one in found if isinstance(one, Finding)]


def by_number(data: bytes) -> dict[str, BibRecord]:
    return {record.control_number: record for record in read(data)[0]}


@pytest.mark.parametrize("data", [CHINESE, MIXED], ids=["chinese", "mixed"])
def test_every_real_record_is_taken_without_a_word(data: bytes) -> None:
    records, findings = read(data)
    assert (len(records), findings) == (600, [])
    assert all(record.title and record.control_number and record.format is Format.MARC21 for record in records)
    assert len({record.control_number for record in records}) == 600


def test_the_bytes_of_every_record_are_kept_as_they_came() -> None:
    kept = [one.original for one in read_records(CHINESE, set()) if isinstance(one, Catalogued)]
    assert b"".join(kept) == CHINESE


def test_a_chinese_title_and_author_are_shown_in_their_own_script() -> None:
    record = by_number(CHINESE)["00322485"]
    assert (record.title, record.author, record.language) == ("日不落家", "余光中", "chi")
    assert record.call_number == "PL2928.K8 R493 1998"


def test_titles_of_other_scripts_are_the_book_s_own_too() -> None:
    records = by_number(MIXED)
    assert records["00510060"].title == "浜中のケヤキキョウダイ : 記錄作成等の措置を講ずべき無形の民俗文化財"
    assert records["00293210"].title.startswith("الكيمياء والكيميائيون")
    assert records["03003540"].author == "Mott, John R."


def test_letters_and_their_marks_are_put_together() -> None:
    assert by_number(MIXED)["00270447"].title == "\u00c9cran total"


def test_what_an_old_record_says_of_responsibility_is_no_title() -> None:
    assert by_number(CHINESE)["00049917"].title == "國際公司理財 = International finance"


def test_no_title_ends_in_punctuation_that_introduces_nothing() -> None:
    for data in (CHINESE, MIXED, UTF8):
        assert [record.title for record in read(data)[0] if record.title[-1] in " /:;=,／：；，"] == []


def test_cnmarc_reads_the_same_in_both_character_sets() -> None:
    records, findings = read(UTF8)
    assert (records, findings) == read(GB18030)
    assert (len(records), findings) == (200, [])
    assert {record.format for record in records} == {Format.UNIMARC}


def test_cnmarc_and_marc21_of_one_book_say_the_same() -> None:
    marc21, cnmarc = read(CHINESE)[0][:200], read(UTF8)[0]
    assert [record.isbns[:1] for record in cnmarc] == [record.isbns[:1] for record in marc21]
    same = sum(one.title == other.title for one, other in zip(cnmarc, marc21, strict=True))
    assert same >= 190  # the others have parts that the derivation left out


def test_one_damaged_record_does_not_turn_a_utf8_file_into_gb18030() -> None:
    place = UTF8.index("國際".encode())
    records, findings = read(UTF8[:place] + b"\xff" + UTF8[place + 1 :])
    assert [record.control_number for record in records[:2]] == ["LC00000002", "LC00000003"]
    assert [(finding.severity, finding.code) for finding in findings] == [(Severity.REFUSED, Code.NOT_UTF8)]


def iso2709(leader_end: str, *fields: tuple[str, bytes]) -> bytes:
    """A record with 001 `n1` and these fields, built by the standard. `leader_end` is leader 20 to 23."""
    all_fields = [("001", b"n1"), *fields]
    directory, data = b"", b""
    for tag, field in all_fields:
        directory += b"%s%04d%05d" % (tag.encode(), len(field) + 1, len(data))
        data += field + b"\x1e"
    base = 24 + len(directory) + 1
    length = base + len(data) + 1
    leader = b"%05dnam  22%05d   %s" % (length, base, leader_end.encode())
    return leader + directory + b"\x1e" + data + b"\x1d"


def parts(*subfields: tuple[str, str]) -> bytes:
    return b"  " + "".join(f"\x1f{code}{value}" for code, value in subfields).encode()


def unimarc(*fields: tuple[str, bytes]) -> bytes:
    return iso2709("450 ", *fields)


def test_unimarc_parts_of_a_title_names_and_the_library_s_call_number() -> None:
    (record,), _ = read(
        unimarc(
            ("200", parts(("a", "红楼梦"), ("9", "hong lou meng"), ("e", "校注本"), ("h", "上卷"), ("f", "曹雪芹著"))),
            ("690", parts(("a", "I242.4"))),
            ("701", parts(("a", "曹"), ("b", "雪芹"))),
            ("905", parts(("a", "CITY"), ("d", "I242.4"), ("e", "12"))),
        )
    )
    assert record.title == "红楼梦 : 校注本. 上卷"
    assert (record.author, record.call_number) == ("曹雪芹", "I242.4/12")


def test_unimarc_falls_back_to_the_class_and_to_the_title_page_s_author() -> None:
    (record,), _ = read(unimarc(("200", parts(("a", "家"), ("f", "巴金著"))), ("690", parts(("a", "I246.5")))))
    assert (record.author, record.call_number) == ("巴金著", "I246.5")


def test_a_field_finds_its_own_partner_among_several() -> None:
    record = iso2709(
        "4500",
        ("245", parts(("6", "880-01"), ("a", "Jia"))),
        ("700", parts(("6", "880-03"), ("a", "Ba, Jin"))),
        ("700", parts(("6", "880-02"), ("a", "Cao, Yu"))),
        ("880", parts(("6", "700-02/$1"), ("a", "曹禺"))),
        ("880", parts(("6", "700-03/$1"), ("a", "巴金"))),
        ("880", parts(("6", "245-01/$1"), ("a", "家"))),
    )
    (read_back,), _ = read(record)
    assert (read_back.title, read_back.author) == ("家", "巴金")


def test_a_link_to_nothing_leaves_the_field_as_it_is() -> None:
    (record,), _ = read(iso2709("4500", ("245", parts(("6", "880-00"), ("a", "Jia"))), ("880", parts(("a", "家")))))
    assert record.title == "Jia"


def test_marc_8_is_read_and_what_it_cannot_mean_is_refused() -> None:
    records, _ = read(iso2709("4500", ("245", b"00\x1faCaf\xe2e de Paris")))
    assert [one.title for one in records] == ["Café de Paris"]
    _, findings = read(iso2709("4500", ("245", b"00\x1faCaf\xd6e de Paris")))
    assert [finding.code for finding in findings] == [Code.UNKNOWN_CHARACTERS]


def test_a_record_without_a_control_number_is_refused() -> None:
    nameless = iso2709("4500", ("245", parts(("a", "Snow")))).replace(b"n1", b"  ")
    assert [finding.code for finding in read(nameless)[1]] == [Code.NO_CONTROL_NUMBER]


BROKEN: dict[str, tuple[int, list[tuple[Severity, Code]]]] = {
    "01_good": (1, []),
    "02_empty": (0, []),
    "03_not_marc": (0, [(Severity.REFUSED, Code.NOT_ISO_2709)]),
    "04_truncated": (0, [(Severity.REFUSED, Code.ENDS_EARLY)]),
    "05_length_too_big": (0, [(Severity.REFUSED, Code.WRONG_LENGTH)]),
    "06_length_zero": (0, [(Severity.REFUSED, Code.WRONG_LENGTH)]),
    "07_base_zero": (0, [(Severity.REFUSED, Code.WRONG_BASE)]),
    "08_no_terminator": (0, [(Severity.REFUSED, Code.NO_TERMINATOR)]),
    "09_bom": (1, [(Severity.WARNING, Code.BYTE_ORDER_MARK)]),
    "10_newline_between": (3, []),
    "11_bad_then_good": (2, [(Severity.REFUSED, Code.WRONG_LENGTH)]),
    "12_truncated_then_good": (1, [(Severity.REFUSED, Code.WRONG_LENGTH)]),
    "13_invalid_utf8": (0, [(Severity.REFUSED, Code.NOT_UTF8)]),
    "14_marc8_leader": (1, [(Severity.WARNING, Code.CALLS_ITSELF_MARC8)]),
    "15_no_245": (0, [(Severity.REFUSED, Code.NO_TITLE)]),
    "16_duplicate": (1, [(Severity.DUPLICATE, Code.SAME_CONTROL_NUMBER)]),
    "17_two_isbns_bad_check": (1, [(Severity.WARNING, Code.WRONG_ISBN)]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_says_its_fault_and_loses_nothing_good(name: str) -> None:
    records, findings = read((DATA / "broken_marc" / f"{name}.mrc").read_bytes())
    assert (len(records), [(finding.severity, finding.code) for finding in findings]) == BROKEN[name]


def test_every_broken_file_is_held() -> None:
    assert sorted(BROKEN) == sorted(path.stem for path in (DATA / "broken_marc").glob("*.mrc"))


def test_faults_are_told_in_words_with_their_place() -> None:
    def said(name: str) -> str:
        return str(read((DATA / "broken_marc" / f"{name}.mrc").read_bytes())[1][0])

    assert "says 99999 bytes" in said("05_length_too_big")
    assert "says 0 bytes" in said("06_length_zero")
    assert "field 010" in said("13_invalid_utf8")
    assert said("16_duplicate").startswith("record 2 at byte 1024: duplicate: control number 00049917")


def test_an_isbn_with_a_wrong_check_digit_is_kept_and_marked() -> None:
    records, _ = read((DATA / "broken_marc" / "17_two_isbns_bad_check.mrc").read_bytes())
    assert [isbn.valid for isbn in records[0].isbns] == [False, True]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("9575316398", Isbn("9789575316396", valid=True)),
        ("957-531-639-8 (pbk.)", Isbn("9789575316396", valid=True)),
        ("978-0-306-40615-7 : CNY28.00", Isbn("9780306406157", valid=True)),
        ("080442957x", Isbn("9780804429573", valid=True)),
        ("9575316399", Isbn("9575316399", valid=False)),
        ("97875437", Isbn("97875437", valid=False)),
        ("(pbk.)", None),
        ("", None),
    ],
)
def test_isbns_come_in_one_form(field: str, expected: Isbn | None) -> None:
    assert read_isbn(field) == expected


@given(st.integers(0, 999_999_999), st.integers(0, 9), st.integers(0, 12))
def test_one_wrong_digit_is_always_seen(nine: int, digit: int, place: int) -> None:
    right = read_isbn(f"{nine:09d}" + str(check_10(f"{nine:09d}")))
    assert right is not None
    assert right.valid
    wrong = right.text[:place] + str(digit) + right.text[place + 1 :]
    again = read_isbn(wrong)
    assert again is not None
    assert again.valid == (wrong == right.text)


def check_10(nine: str) -> str:
    """The definition of ISO 2108: the weighted sum over all ten digits is a multiple of 11."""
    for last in "0123456789X":
        digits = [int(one) for one in nine] + [10 if last == "X" else int(last)]
        if sum(weight * one for weight, one in zip(range(10, 0, -1), digits, strict=True)) % 11 == 0:
            return last
    raise AssertionError


def test_names_and_titles_lose_the_stop_that_ends_their_field() -> None:
    assert (name_of("徐復觀."), name_of("Mott, John R."), name_of("富山県 (Japan).")) == (
        "徐復觀",
        "Mott, John R.",
        "富山県 (Japan)",
    )
    assert (title_of("Snow. / by X."), title_of("Wait for it ...")) == ("Snow", "Wait for it ...")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(CHINESE[:6000]) - 1), st.binary(min_size=1, max_size=4))
def test_whatever_stands_in_a_file_good_records_after_it_are_taken(place: int, noise: bytes) -> None:
    cut = CHINESE[: 6_000 + CHINESE[6_000:].index(b"\x1d") + 1]
    whole = [record.control_number for record in read(cut)[0]]
    damaged = cut[:place] + noise + cut[place + len(noise) :]
    records = {record.control_number for record in read(damaged)[0]}
    touched = cut[: place + len(noise)].count(b"\x1d") - cut[:place].count(b"\x1d") + 1 + noise.count(b"\x1d")
    assert len([number for number in whole if number not in records]) <= touched
