"""The broker of the settings, with the password out of its file."""

from __future__ import annotations

from drivers.errors import BadSetting
from kiosk.settings.broker import BrokerSettings
from kiosk.station.uplink_line import Address


def address_of(broker: BrokerSettings) -> Address:
    """Where it is and who we are to it. Raises `BadSetting` where one of the files cannot be used."""
    try:
        tls = broker.trusted()
    except OSError as trouble:
        raise BadSetting(f"{_files(broker)}: {trouble}") from None
    try:
        password = broker.password()
    except (OSError, UnicodeDecodeError) as trouble:
        why = trouble.strerror if isinstance(trouble, OSError) else "it is not UTF-8 text"
        raise BadSetting(f"{broker.password_file}: the broker's password cannot be read: {why}") from None
    return Address(broker.host, broker.port, broker.username, password, tls)


def _files(broker: BrokerSettings) -> str:
    if broker.certificate is None:
        return f"{broker.authority}: no certificate of an authority can be read"
    named = f"authority {broker.authority}, certificate {broker.certificate} or key {broker.key}"
    return f"{named} cannot be used for TLS with the broker"
