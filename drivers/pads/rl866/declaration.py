"""What the driver of RL866 class pads says of itself."""

from __future__ import annotations

from drivers.declared import Declaration, Kind, Sureness

DECLARED = (
    Declaration(
        kind=Kind.PAD,
        driver="rl866",
        make="sold under several names",
        models=("RL866", "M201"),
        interfaces=("serial 38,400 8E1",),
        protocol="FA frames with a sequence bit: connect, tag access, disconnect; ISO 15693",
        supported=(
            "presence; inventories in several messages (go on, and reports that are left in the reader)",
            "a new tag read in three exchanges; tags that are not of 28 blocks of 4 in a few more",
            "AFI written and read back",
            "EAS of the ICODE SLI family set and cleared; done only where the tag's alarm, or its silence, was heard",
            "blocks of 4 or 8 bytes, and others that fit, written and read back",
        ),
        left_out=(
            "EAS on a reader that passes no alarm on (lainuri's did not): ends as not known to be done",
            "chaining of long blocks, memory data and embedded records in inventories: no public layout",
            "connectionless tag access, other air protocols, select mode: no public parameters",
            "configuration is not written; locking is not done",
            "what an M201 does otherwise: no public source",
        ),
        sure=Sureness.CAPTURE,
        source=(
            "github Hypernova-Oy/lainuri programs/lainuri-serve/lainuri/RL866 and the captured frames of its tests; "
            "reports that are left, and times: github MoaidF/UHF-cpp RL8000_Comm.cpp (the same frames)"
        ),
        settings='[pad]\ndriver = "rl866"\nport = "/dev/ttyUSB0"\nbaud = 38400\n',
    ),
)
