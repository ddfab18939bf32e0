"""What one message means for the store, and what is to be told to its station once that is committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection

from kiosk.central.answering import Asked, AskMisused, Desk, answer, answer_loans
from kiosk.central.aside import put_aside
from kiosk.central.inbox import Message
from kiosk.central.ingest import Batch, go_on_from, ingest
from kiosk.central.joining import NOTHING, Before
from kiosk.central.messages import Heard, Strange, Telling
from kiosk.central.stations import note_health, note_status, positions
from kiosk.model.ids import AskId
from kiosk.model.questions import Answer, AskBorrow
from kiosk.wire import (
    Ack,
    AskMessage,
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


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of messages."""

    tellings: list[Telling]
    unusable: list[Unusable]


def handle(
    connection: Connection, desk: Desk, message: Message, now: datetime, before: Before = NOTHING
) -> Telling | None:
    """Do what a message asks for, in the caller's transaction. What it returns may be told after the commit.

    `before`: what was found out about the PIN of a question. Raises `Unusable` for a message that was set aside (which
    is to be committed, too), and what the database raises.
    """
    try:
        match message:
            case Strange():
                raise MessageRefused("topic", "a topic of a station of this site", "another")
            case Heard(channel=Channel.FACTS):
                return take(connection, desk, [(message, decode_facts(message.station, message.payload))])[0]
            case Heard(channel=Channel.ASK):
                return _ask(connection, desk, message, now, before)
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


def handle_all(connection: Connection, desk: Desk, messages: Sequence[Message], now: datetime) -> Handled:
    """The same for many messages, in their order. Messages of facts that follow each other are taken in together, and
    questions for loans that do are answered together."""
    done = Handled([], [])
    for together, run in groupby((_read(message, now) for message in messages), key=type):
        if together is _Told:
            done.tellings.extend(
                take(connection, desk, [(one.heard, one.batch) for one in run if isinstance(one, _Told)])
            )
        elif together is _Wish:
            _answer_wishes(connection, desk, [one for one in run if isinstance(one, _Wish)], done)
        else:
            for message in run:
                assert isinstance(message, Heard | Strange)
                try:
                    telling = handle(connection, desk, message, now)
                except Unusable as refused:
                    done.unusable.append(refused)
                else:
                    done.tellings.extend([] if telling is None else [telling])
    return done


@dataclass(frozen=True, slots=True)
class _Told:
    """A message with facts that could be read."""

    heard: Heard
    batch: FactBatch


@dataclass(frozen=True, slots=True)
class _Wish:
    """A question for a loan that could be read."""

    heard: Heard
    asked: Asked


def _read(message: Message, now: datetime) -> _Told | _Wish | Message:
    """What is done together with others of its kind, as it could be read; everything else as it came."""
    if not isinstance(message, Heard):
        return message
    try:
        if message.channel is Channel.FACTS:
            batch = decode_facts(message.station, message.payload)
            return _Told(message, batch) if batch.facts else message
        if message.channel is Channel.ASK:
            told = decode_ask(message.station, message.payload, message.correlation)
            if isinstance(told, AskMessage) and isinstance(told.question, AskBorrow):
                return _Wish(message, Asked(message.station.station, told.ask, told.question, now))
    except MessageRefused:
        pass
    return message


def _answer_wishes(connection: Connection, desk: Desk, wishes: Sequence[_Wish], done: Handled) -> None:
    said = answer_loans(connection, desk, [wish.asked for wish in wishes])
    for wish, answered in zip(wishes, said, strict=True):
        if isinstance(answered, AskMisused):
            set_aside(connection, wish.heard, str(answered))
            done.unusable.append(Unusable(str(answered)))
        else:
            done.tellings.append(_answered(desk, wish.heard, wish.asked.ask, answered, wish.asked.now))


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


def take(connection: Connection, desk: Desk, told: Sequence[tuple[Heard, FactBatch]]) -> list[Telling]:
    """Take in the facts of messages, or a greeting; the acknowledgements that may be told after the commit."""
    if not told:
        return []
    heard, batch = told[0]
    if not batch.facts:
        last = go_on_from(connection, heard.station.station, batch.epoch, batch.oldest, received_at=heard.at)
        return [_acknowledged(desk, heard.station, Ack(batch.epoch, last), heard.at)]
    taken = ingest(connection, [_batch(desk, heard, batch) for heard, batch in told])
    return [
        replace(_acknowledged(desk, heard.station, Ack(batch.epoch, one.last), heard.at), intents=one.intents)
        for (heard, batch), one in zip(told, taken, strict=True)
    ]


def _batch(desk: Desk, heard: Heard, batch: FactBatch) -> Batch:
    name = heard.station.station
    return Batch(name, batch.epoch, batch.facts, desk.setting(name, heard.at))


def _acknowledged(desk: Desk, station: Station, ack: Ack, at: datetime) -> Telling:
    return Telling(station, Channel.ACK, encode_ack(desk.source, ack, at))


def _ask(connection: Connection, desk: Desk, heard: Heard, now: datetime, before: Before) -> Telling:
    """Answers go to the station's own topic, whatever response topic the message names."""
    asked = decode_ask(heard.station, heard.payload, heard.correlation)
    if isinstance(asked, SetAside):
        raise MessageRefused("message", "a question of this version", asked.reason)
    said = answer(connection, desk, heard.station.station, asked.ask, asked.question, now, before)
    return _answered(desk, heard, asked.ask, said, now)


def _answered(desk: Desk, heard: Heard, ask: AskId, said: Answer, now: datetime) -> Telling:
    return Telling(heard.station, Channel.ANSWER, encode_answer(desk.source, ask, said, now), ask)


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
