"""The codec's own promises: it never fails, it reads what it wrote, and it notices damage."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kiosk.wire.sip2 import LARGEST_MESSAGE, LAYOUTS, Dialect, Direction, Framer, Layout, Message, encode, parse
from kiosk.wire.sip2.checksum import checksum, is_right

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="|\ufffd"), max_size=20)
DATE = "20261124    093000"


@st.composite
def messages(draw: st.DrawFn) -> Message:
    layout = draw(st.sampled_from(sorted(LAYOUTS.values(), key=lambda one: one.code)))
    fixed = {
        name: DATE if width == 18 else draw(st.text(st.sampled_from("0123456789YN "), min_size=width, max_size=width))
        for name, width in layout.fixed
    }
    fields = {name: [draw(TEXT)] for name in layout.required}
    for name in draw(st.lists(st.sampled_from(layout.optional or ("AF",)), unique=True)) if layout.optional else ():
        most = 3 if name in layout.repeatable else 1
        fields[name] = draw(st.lists(TEXT, min_size=1, max_size=most))
    return Message(layout.code, fixed, fields, draw(st.integers(0, 9)))


@given(messages(), st.sampled_from([Dialect(), Dialect(delimiter="^"), Dialect("utf-8", ">", "\r\n")]))
def test_what_was_written_is_read(message: Message, dialect: Dialect) -> None:
    assume(not any(dialect.delimiter in value for values in message.fields.values() for value in values))
    data = encode(message, dialect)
    (whole,) = Framer().feed(data)
    found = parse(whole, dialect)
    assert found.findings == ()
    assert (found.code, found.fixed, found.fields, found.sequence) == (
        message.code,
        message.fixed,
        message.fields,
        message.sequence,
    )


@given(st.binary(max_size=400), st.sampled_from([None, *Direction]), st.sampled_from(["utf-8", "gb18030", "cp850"]))
def test_nothing_that_arrives_is_an_error(data: bytes, direction: Direction | None, encoding: str) -> None:
    found = parse(data, Dialect(encoding), direction)
    assert found.is_whole is (
        not ({"checksum-mismatch", "fixed-part-short"} & set(found.findings)) and bool(found.layout)
    )


@given(messages(), st.data())
def test_one_changed_byte_is_noticed(message: Message, data: st.DataObject) -> None:
    sent = bytearray(encode(message).rstrip(b"\r"))
    place = data.draw(st.integers(0, len(sent) - 1))
    changed = data.draw(st.integers(1, 255))
    sent[place] ^= changed
    found = parse(bytes(sent))
    as_before = parse(encode(message).rstrip(b"\r"))
    noticed = found.findings != as_before.findings
    same = (found.code, found.fixed, found.fields, found.sequence) == (
        as_before.code,
        as_before.fixed,
        as_before.fields,
        as_before.sequence,
    )
    assert noticed or same, "only the case of the sum's own digits may change unnoticed"


@settings(deadline=None)  # as many messages as it has bytes
@given(messages())
def test_whichever_single_byte_is_damaged_the_message_is_not_acted_on(message: Message) -> None:
    """Every place, both neighbours of its byte: no frame with a sum is taken for a sound one of other content."""
    sent = encode(message).rstrip(b"\r")
    for place in range(len(sent)):
        for bit in (0x01, 0x80):
            damaged = sent[:place] + bytes([sent[place] ^ bit]) + sent[place + 1 :]
            found = parse(damaged)
            assert not (found.is_whole and found.checksum_ok), (place, damaged)


@given(
    st.lists(messages(), max_size=4), st.lists(st.integers(1, 50), max_size=20), st.sampled_from(["\r", "\n", "\r\n"])
)
def test_pieces_make_the_same_messages(sent: list[Message], cuts: list[int], end: str) -> None:
    stream = b"".join(encode(message, Dialect(terminator=end)) for message in sent)
    whole, pieces = Framer().feed(stream), []
    framer = Framer()
    for cut in cuts:
        pieces += framer.feed(stream[:cut])
        stream = stream[cut:]
    assert pieces + framer.feed(stream) == whole
    assert len(whole) == len(sent)


def test_what_is_longer_than_any_message_is_dropped_up_to_its_end() -> None:
    framer = Framer()
    assert framer.feed(b"x" * (LARGEST_MESSAGE + 1)) == []
    assert framer.feed(b"tail\r97AZFEF5\r") == [b"97AZFEF5"]
    assert framer.feed(b"y" * (LARGEST_MESSAGE + 5) + b"\r96AZFEF6\r") == [b"96AZFEF6"]
    assert framer.dropped == 2


def test_a_delimiter_within_a_value_cannot_be_escaped_and_becomes_a_blank() -> None:
    message = Message("35", {"transaction_date": DATE}, {"AO": ["a|b"], "AA": ["c\rd"]}, 1)
    assert parse(encode(message).rstrip(b"\r")).fields == {"AO": ["a b"], "AA": ["c d"]}


def test_text_that_the_encoding_lacks_becomes_a_question_mark() -> None:
    sent = encode(Message("94", {"ok": "1"}, {}, 1), Dialect("cp850"))
    assert sent == b"941AY1AZFDFC\r"
    named = Message("35", {"transaction_date": DATE}, {"AO": ["图"], "AA": ["é"]}, 1)
    assert parse(encode(named, Dialect("cp850")).rstrip(b"\r"), Dialect("cp850")).fields == {"AO": ["?"], "AA": ["é"]}


def test_a_multibyte_character_that_holds_the_delimiter_s_byte_is_one_character() -> None:
    """In GBK the second byte of 獆 is 0x7C."""
    text = b"\xaa\x7c".decode("gb18030")
    message = Message("35", {"transaction_date": DATE}, {"AO": [text], "AA": ["1"]}, 1)
    dialect = Dialect("gb18030")
    assert parse(encode(message, dialect).rstrip(b"\r"), dialect).fields["AO"] == [text]


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=lambda layout: layout.code)
def test_a_fixed_part_of_another_width_is_a_fault_of_ours(layout: Layout) -> None:
    if not layout.fixed:
        return
    with pytest.raises(ValueError, match="expected"):
        encode(Message(layout.code, {layout.fixed[0][0]: "much too long a text for any fixed part"}))


def test_a_code_of_the_other_side_is_unknown() -> None:
    assert "unknown-code" in parse(b"941AY0AZFDFD", direction=Direction.REQUEST).findings
    assert parse(b"941AY0AZFDFD", direction=Direction.RESPONSE).findings == ()


END = b"3520261124    093045AOM|AA1|"


def test_a_delimiter_behind_the_trailer_hides_no_damage() -> None:
    sound = encode(Message("35", {"transaction_date": DATE}, {"AO": ["M"], "AA": ["1"]}, 3)).rstrip(b"\r")
    assert parse(sound + b"|").findings == ()
    assert "checksum-mismatch" in parse(sound.replace(b"AA1", b"AA2") + b"|").findings


@pytest.mark.parametrize("damaged", [b"97AZFEG5", b"96AZFE", END + b"AY3AZxyz", END + b"AZ12"])
def test_a_sum_that_is_none_is_a_wrong_one(damaged: bytes) -> None:
    assert "checksum-mismatch" in parse(damaged).findings
    assert not parse(damaged).is_whole


@pytest.mark.parametrize("digits", ["0xA0", "+1F2", "1_F2", " 1F2", "１２３４", "12"])
def test_only_four_hex_digits_are_a_sum(digits: str) -> None:
    assert not is_right(b"9900802.00AY1AZ", digits)


def test_a_value_that_ends_in_ay_keeps_its_letters() -> None:
    body = "1720261124    093045AOM|ABSUNDAYAZ"
    found = parse((body + checksum(body.encode())).encode())
    assert found.fields["AB"] == ["SUNDAY"]
    assert found.findings == ("sequence-missing", "last-delimiter-missing")


def test_controls_of_both_kinds_are_left_out() -> None:
    found = parse("1720261124    093045AOM|AB1\x852\x073|".encode("iso8859-1"), Dialect("iso8859-1"))
    assert found.fields["AB"] == ["123"]


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (Message("94", {"ok": "1"}, {}, 12), "a sequence number of 0 to 9"),
        (Message("94", {"ok": "1"}, {"zz": ["1"]}, 1), "a field of two characters"),
        (Message("94", {"ok": "1"}, {"AY": ["1"]}, 1), "a field of two characters"),
        (Message("35", {"transaction_date": DATE}, {"AO": ["1", "2"], "AA": ["1"]}, 1), "once, found it 2 times"),
        (Message("00"), "a code of SIP2"),
    ],
)
def test_what_no_message_may_hold_is_not_written(message: Message, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        encode(message)
