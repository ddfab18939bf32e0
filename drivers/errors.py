"""The three ways in which a driver can raise. A fault of a device is an event, not one of these."""

from __future__ import annotations


class DriverError(Exception):
    """Base of what `drivers` raises on purpose."""


class PortGone(DriverError):
    """The file descriptor, socket or PC/SC service behind a driver has gone away."""


class ServiceDown(PortGone):
    """The service before a device has gone: of the device itself nothing is known."""


class Misuse(DriverError):
    """The caller asked for something that can never be done (a programming error)."""


class BadSetting(DriverError):
    """A setting names a port, reader or option that does not make sense."""
