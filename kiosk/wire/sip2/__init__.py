"""3M SIP2 (Standard Interchange Protocol 2.00), pure: bytes to messages and back, no socket and no clock.

Decoding is tolerant and total: whatever arrives becomes a message with findings, never an exception. Encoding is
strict.
"""

from kiosk.wire.sip2.codec import Dialect, Message, encode, parse
from kiosk.wire.sip2.framing import LARGEST_MESSAGE, Framer
from kiosk.wire.sip2.layouts import LAYOUTS, Direction, Layout

__all__ = ["LARGEST_MESSAGE", "LAYOUTS", "Dialect", "Direction", "Framer", "Layout", "Message", "encode", "parse"]
