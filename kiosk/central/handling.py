"""What one message means for the store, and what is to be told to its station once that is committed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from kiosk.central.answering import AskMisused, Desk, answer
from kiosk.central.aside import put_aside
from kiosk.central.inbox import Message
from kiosk.central.ingest import Arrived, go_on_from, ingest
from kiosk.central.messages import Heard, Strange, Telling
from kiosk.central.stations import note_health, note_status, positions
from kiosk.wire import (
    Ack,
    Channel,
    FactBatch,
    MessageRefused,
    SetAside,
    Station,
    StationState,
    ToldFact,
    decode_ask,
    decode_facts,
    decode_health,
    decode_status,
    encode_ack,
    encode_answer,
)


class Unusable(Exception):
    """A message that cannot be taken; it has been set aside. The text names no patron."""


def handle(connection: Connection, desk: Desk, message: Message, now: datetime) -> Telling | None:
    """Do what a message asks for, in the caller's transaction. What it returns may be told after the commit.

    Raises `Unusable` for a message that was set aside (which is to be committed, too), and what the database raises.
    """
    try:
        match message:
            case Strange():
                raise MessageRefused("topic", "a topic of a station of this site", "another")
            case Heard(channel=Channel.FACTS):
                return take(connection, desk, message, decode_facts(message.station, message.payload))
            case Heard(channel=Channel.ASK):
                return _ask(connection, desk, message, now)
            case Heard(channel=Channel.STATUS):
                _status(connection, message)
            case Heard(channel=Channel.HEALTH):
                _health(connection, message)
            case Heard():
                raise MessageRefused("topic", "a topic that stations write", "another")
    except (MessageRefused, AskMisused) as refused:
        set_aside(connection, message, str(refused))
        raise Unusable(str(refused)) from None
    return None


def one_by_one(heard: Heard) -> list[FactBatch]:
    """The facts of a message that could be read, each by itself, for a store that refuses them together."""
    batch = decode_facts(heard.station, heard.payload)
    return [FactBatch(batch.epoch, (told,)) for told in batch.facts]


def stripped(single: FactBatch, why: str) -> FactBatch:
    """Of a fact that the store refuses, no more than that it was told: it counts as received."""
    facts = tuple(ToldFact(told.seq, "", told.told_at, None, None, "{}", SetAside(why, "{}")) for told in single.facts)
    return FactBatch(single.epoch, facts)


def set_aside(connection: Connection, message: Message, why: str) -> None:
    """Keep a message that cannot be taken for the technician."""
    topic = message.topic if isinstance(message, Strange) else message.station.topic(message.channel)
    put_aside(connection, topic, message.payload, why, message.at)


def greetings(connection: Connection, desk: Desk, site: str, now: datetime) -> list[Telling]:
    """Where central stands, for every station that it knows (decision record 0106)."""
    return [_acknowledged(desk, Station(site, name), ack, now) for name, ack in positions(connection)]


def take(connection: Connection, desk: Desk, heard: Heard, batch: FactBatch) -> Telling:
    """Take in the facts of a message, or its greeting; the acknowledgement that may be told after the commit."""
    name = heard.station.station
    if not batch.facts:
        last = go_on_from(connection, name, batch.epoch, batch.oldest, received_at=heard.at)
    else:
        arrived = [_arrived(told) for told in batch.facts]
        last = ingest(connection, name, batch.epoch, arrived, desk.setting(name, heard.at)).last
    return _acknowledged(desk, heard.station, Ack(batch.epoch, last), heard.at)


def _arrived(told: ToldFact) -> Arrived:
    if isinstance(told.fact, SetAside):
        return Arrived(told.seq, told.type, told.told_at, told.data, None, told.fact.reason)
    return Arrived(told.seq, told.type, told.told_at, told.data, told.fact)


def _acknowledged(desk: Desk, station: Station, ack: Ack, at: datetime) -> Telling:
    return Telling(station, Channel.ACK, encode_ack(desk.source, ack, at))


def _ask(connection: Connection, desk: Desk, heard: Heard, now: datetime) -> Telling:
    """Answers go to the station's own topic, whatever response topic the message names."""
    asked = decode_ask(heard.station, heard.payload)
    if isinstance(asked, SetAside):
        raise MessageRefused("message", "a question of this version", asked.reason)
    said = answer(connection, desk, heard.station.station, asked.ask, asked.question, now)
    return Telling(heard.station, Channel.ANSWER, encode_answer(desk.source, asked.ask, said, now), asked.ask)


def _status(connection: Connection, heard: Heard) -> None:
    status = decode_status(heard.payload)
    if isinstance(status, SetAside):
        raise MessageRefused("message", "a status of this version", status.reason)
    gone_before = heard.retained and status.state is StationState.GONE
    told_at = min(status.since, heard.at) if gone_before else heard.at
    note_status(connection, heard.station.station, status, told_at)


def _health(connection: Connection, heard: Heard) -> None:
    health = decode_health(heard.payload)
    if isinstance(health, SetAside):
        raise MessageRefused("message", "a heartbeat of this version", health.reason)
    note_health(connection, heard.station.station, health, heard.at)
