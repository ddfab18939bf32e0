"""What is asked of a reader, read by somebody else's codec (`llrpkit`), and what that codec says, read by ours."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llrpkit.protocol import BitStr, decode_message, enums, messages, params

from drivers.llrp import access, requests
from drivers.llrp.codes import Bank
from drivers.llrp.messages import MessageStream, pack
from drivers.llrp.notices import (
    AntennaTold,
    ConnectionTold,
    Notice,
    ReaderException,
    ReportsLost,
    RospecEnded,
    Status,
    read_antennas,
    read_identity,
    read_notices,
    read_status,
)
from drivers.llrp.reports import OperationResult, TagReport, read_reports
from drivers.llrp.requests import Request
from drivers.llrp.settings import LlrpSettings

VECTORS = {
    exchange["name"]: bytes.fromhex(exchange["hex"])
    for exchange in tomllib.loads((Path(__file__).parent.parent / "vectors" / "llrp.toml").read_text(encoding="utf-8"))[
        "exchange"
    ]
}


def read_by_llrpkit(request: Request) -> object:
    return decode_message(pack(request.kind, 7, request.body))


def body_of(message: object) -> bytes:
    assert isinstance(
        message,
        messages.RO_ACCESS_REPORT
        | messages.READER_EVENT_NOTIFICATION
        | messages.GET_READER_CAPABILITIES_RESPONSE
        | messages.GET_READER_CONFIG_RESPONSE
        | messages.ADD_ROSPEC_RESPONSE,
    )
    (found,) = MessageStream().feed(message.to_bytes(message_id=5))
    return found.body


@pytest.mark.parametrize(
    ("name", "message_id", "request_"),
    [
        ("enable ROSpec 1", 11, requests.enable_rospec()),
        ("start ROSpec 1", 12, requests.start_rospec()),
        ("delete all ROSpecs", 9, requests.delete_all_rospecs()),
    ],
)
def test_requests_are_those_of_the_vectors(name: str, message_id: int, request_: Request) -> None:
    assert pack(request_.kind, message_id, request_.body) == VECTORS[name]


def test_the_rospec_of_the_vectors_is_ours_but_for_the_report() -> None:
    ours = requests.add_rospec(LlrpSettings((1,))).body
    theirs = VECTORS["add ROSpec 1"][10:]
    assert ours[4 : len(theirs)] == theirs[4:]


def test_tags_are_looked_for_without_end_and_each_is_reported_at_once() -> None:
    asked = read_by_llrpkit(requests.add_rospec(LlrpSettings((1, 3), session=2)))
    assert isinstance(asked, messages.ADD_ROSPEC)
    spec = asked.ro_spec
    assert (spec.ro_spec_id, spec.current_state) == (1, enums.ROSpecState.Disabled)
    (look,) = spec.spec_parameters
    assert isinstance(look, params.AISpec)
    assert look.antenna_ids == [1, 3]
    (air,) = look.inventory_parameter_specs
    (antenna,) = air.antenna_configurations
    (command,) = antenna.air_protocol_inventory_command_settings
    assert command.c1_g2_singulation_control is not None
    assert command.c1_g2_singulation_control.session == 2
    report = spec.ro_report_spec
    assert report is not None
    assert (report.ro_report_trigger, report.n) == (enums.ROReportTriggerType.Upon_N_Tags_Or_End_Of_AISpec, 1)
    content = report.tag_report_content_selector
    assert content.enable_antenna_id
    assert content.enable_peak_rssi
    assert content.enable_first_seen_timestamp
    assert content.enable_last_seen_timestamp
    assert content.enable_tag_seen_count
    assert [selector.enable_pc_bits for selector in content.air_protocol_epc_memory_selectors] == [True]


def test_the_reader_keeps_its_settings_and_is_asked_for_keepalives_and_trouble() -> None:
    asked = read_by_llrpkit(requests.configuration(LlrpSettings(keepalive_s=2.5)))
    assert isinstance(asked, messages.SET_READER_CONFIG)
    assert not asked.reset_to_factory_default
    assert asked.keepalive_spec == params.KeepaliveSpec(
        keepalive_trigger_type=enums.KeepaliveTriggerType.Periodic, periodic_trigger_value=2_500
    )
    spec = asked.reader_event_notification_spec
    assert spec is not None
    states = [(state.event_type, state.notification_state) for state in spec.event_notification_states]
    assert states == [
        (enums.NotificationEventType.ROSpec_Event, True),
        (enums.NotificationEventType.Report_Buffer_Fill_Warning, True),
        (enums.NotificationEventType.Reader_Exception_Event, True),
        (enums.NotificationEventType.Antenna_Event, True),
    ]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (requests.capabilities(), messages.GET_READER_CAPABILITIES(requested_data=1)),
        (requests.antenna_properties(), messages.GET_READER_CONFIG(requested_data=2)),
        (requests.delete_access_spec(0), messages.DELETE_ACCESSSPEC(access_spec_id=0)),
        (requests.enable_access_spec(5), messages.ENABLE_ACCESSSPEC(access_spec_id=5)),
        (requests.disable_access_spec(5), messages.DISABLE_ACCESSSPEC(access_spec_id=5)),
    ],
)
def test_small_requests_are_understood(request_: Request, expected: messages.GET_READER_CONFIG) -> None:
    expected.message_id = 7
    assert read_by_llrpkit(request_) == expected


@given(st.binary(min_size=2, max_size=20), st.integers(0, 1), st.integers(0, 0xFFFF))
def test_a_write_is_for_one_tag_and_is_looked_at_afterwards(uii: bytes, skipped: int, value: int) -> None:
    operations = (access.write(3, Bank.UII, 1, value), access.read(4, Bank.UII, 1, 2))
    asked = read_by_llrpkit(access.add_access_spec(9, access.target_of(uii, skipped), operations, 1))
    assert isinstance(asked, messages.ADD_ACCESSSPEC)
    spec = asked.access_spec
    assert (spec.access_spec_id, spec.antenna_id, spec.ro_spec_id, spec.current_state) == (9, 0, 0, False)
    assert spec.access_spec_stop_trigger.operation_count_value == 1
    (pattern,) = spec.access_command.air_protocol_tag_spec.c1_g2_target_tags
    bits = "".join(f"{byte:08b}" for byte in pattern.tag_data.data)[: pattern.tag_data.bit_len]
    assert (pattern.mb, pattern.match, pattern.pointer) == (1, True, 0x20 + skipped)
    assert bits == "".join(f"{byte:08b}" for byte in uii)[skipped:]
    assert pattern.tag_mask.bit_len == pattern.tag_data.bit_len
    assert spec.access_command.access_command_op_specs == [
        params.C1G2Write(op_spec_id=3, mb=1, word_pointer=1, write_data=[value]),
        params.C1G2Read(op_spec_id=4, mb=1, word_pointer=1, word_count=2),
    ]


def test_a_pattern_without_bits_is_every_tag() -> None:
    asked = read_by_llrpkit(access.add_access_spec(1, access.EVERY_TAG, (access.read(2, Bank.USER, 0, 0),), 0))
    assert isinstance(asked, messages.ADD_ACCESSSPEC)
    (pattern,) = asked.access_spec.access_command.air_protocol_tag_spec.c1_g2_target_tags
    assert (pattern.tag_mask, pattern.tag_data) == (BitStr(), BitStr())
    assert asked.access_spec.access_spec_stop_trigger.operation_count_value == 0


reports = st.builds(
    TagReport,
    st.binary(min_size=1, max_size=62),
    st.integers(0, 0xFFFF),
    st.integers(1, 4),
    st.integers(-128, 127),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
    st.integers(0, 0xFFFF),
    st.lists(
        st.builds(
            OperationResult, st.integers(0, 0xFFFF), st.just(0), st.binary(max_size=8).map(lambda data: data * 2)
        ),
        max_size=2,
    ).map(tuple),
)


def as_llrpkit_says_it(report: TagReport) -> params.TagReportData:
    results = [
        params.C1G2ReadOpSpecResult(
            result=each.result,
            op_spec_id=each.operation_id,
            read_data=[int.from_bytes(each.data[at : at + 2]) for at in range(0, len(each.data), 2)],
        )
        for each in report.results
    ]
    assert report.pc is not None
    assert report.antenna is not None
    assert report.rssi_dbm is not None
    assert report.first_seen_us is not None
    assert report.last_seen_us is not None
    assert report.count is not None
    return params.TagReportData(
        epc_parameter=params.EPC_96(epc=report.uii)
        if len(report.uii) == 12
        else params.EPCData(epc=BitStr.from_bytes(report.uii)),
        antenna_id=params.AntennaID(antenna_id=report.antenna),
        peak_rssi=params.PeakRSSI(peak_rssi=report.rssi_dbm),
        first_seen_timestamp_utc=params.FirstSeenTimestampUTC(microseconds=report.first_seen_us),
        last_seen_timestamp_utc=params.LastSeenTimestampUTC(microseconds=report.last_seen_us),
        tag_seen_count=params.TagSeenCount(tag_count=report.count),
        air_protocol_tag_datas=[params.C1G2_PC(pc_bits=report.pc)],
        access_command_op_spec_results=[*results],
    )


@settings(max_examples=60)
@given(st.lists(reports, max_size=4))
def test_reports_that_llrpkit_writes_are_read_as_they_are_meant(told: list[TagReport]) -> None:
    said = messages.RO_ACCESS_REPORT(tag_report_datas=[as_llrpkit_says_it(report) for report in told])
    assert read_reports(body_of(said)) == told


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            {"connection_attempt_event": params.ConnectionAttemptEvent(status=2)},
            ConnectionTold(2, 1_600_000_000_000_000),
        ),
        ({"antenna_event": params.AntennaEvent(event_type=0, antenna_id=3)}, AntennaTold(3, connected=False)),
        ({"antenna_event": params.AntennaEvent(event_type=1, antenna_id=3)}, AntennaTold(3, connected=True)),
        (
            {"reader_exception_event": params.ReaderExceptionEvent(message="hot — 90 °C")},
            ReaderException("hot — 90 °C"),
        ),
        ({"ro_spec_event": params.ROSpecEvent(event_type=1, ro_spec_id=1)}, RospecEnded(1)),
        ({"ro_spec_event": params.ROSpecEvent(event_type=0, ro_spec_id=1)}, None),
        ({"report_buffer_overflow_error_event": params.ReportBufferOverflowErrorEvent()}, ReportsLost()),
        ({"gpi_event": params.GPIEvent(gpi_port_number=1)}, None),
    ],
)
def test_events_that_llrpkit_writes_are_read(
    said: dict[str, params.ConnectionAttemptEvent], expected: Notice | None
) -> None:
    data = params.ReaderEventNotificationData(
        timestamp=params.UTCTimestamp(microseconds=1_600_000_000_000_000),
        **said,  # type: ignore[arg-type]
    )
    notices = read_notices(body_of(messages.READER_EVENT_NOTIFICATION(reader_event_notification_data=data)))
    assert notices == ([] if expected is None else [expected])


def test_a_status_is_read_with_its_words() -> None:
    said = messages.ADD_ROSPEC_RESPONSE(llrp_status=params.LLRPStatus(status_code=301, error_description="power\n40"))
    status = read_status(body_of(said))
    assert status == Status(301, "power 40")
    assert str(status) == "out of range (301): power 40"


def test_who_the_reader_is_and_what_is_connected_to_it() -> None:
    told = messages.GET_READER_CAPABILITIES_RESPONSE(
        llrp_status=params.LLRPStatus(),
        general_device_capabilities=params.GeneralDeviceCapabilities(
            device_manufacturer_name=99,
            model_name=4,
            reader_firmware_version="1.2",
            receive_sensitivity_table_entrys=[params.ReceiveSensitivityTableEntry()],
            gpio_capabilities=params.GPIOCapabilities(),
            per_antenna_air_protocols=[params.PerAntennaAirProtocol()],
        ),
    )
    assert read_identity(body_of(told)) == "maker 99, model 4, firmware 1.2"
    antennas = messages.GET_READER_CONFIG_RESPONSE(
        llrp_status=params.LLRPStatus(),
        antenna_properties=[
            params.AntennaProperties(antenna_connected=connected, antenna_id=antenna, antenna_gain=-6)
            for antenna, connected in ((1, True), (2, False))
        ],
    )
    assert read_antennas(body_of(antennas)) == {1: True, 2: False}


@given(st.binary(max_size=60))
def test_anything_may_stand_where_events_and_answers_stand(body: bytes) -> None:
    read_notices(body)
    read_status(body)
    read_identity(body)
    read_antennas(body)
