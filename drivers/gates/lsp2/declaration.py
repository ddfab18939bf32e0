"""What the LSP2 driver says of itself."""

from __future__ import annotations

from drivers.declared import Declaration, Kind, Sureness

DECLARED = (
    Declaration(
        kind=Kind.GATE,
        driver="lsp2",
        make="TAGSYS",
        models=("LSP2 security pedestal (HF)",),
        interfaces=("TCP 4001",),
        protocol="LSP2, 1E command length data, no checksum",
        supported=(
            "alarm records with the tag's first 32 bytes, each told once",
            "people counter",
            "the gate's clock, read at each connection and every hour",
            "a cleared memory, and one that was filled again meanwhile",
        ),
        left_out=(
            "UID, AFI and direction: the gate does not tell them",
            "whether the first record is 0 or 1: no public source; a setting",
            "what a full memory does: no public source; noticed by the last record and told",
            "the third byte of the count, the tag type's two bytes: meaning unknown, the latter passed on",
            "setting the clock, switching the alarm, every other command: no public source",
        ),
        sure=Sureness.OTHERS,
        source="github GallusMax/libdanrfid, org/tagsys/LSP2, from use against real gates",
        settings="""\
[[gates]]
driver = "lsp2"
port = "tcp://gate.library.example:4001"
first_index = 0        # 0 or 1: compare with the gate's own list at installation
""",
    ),
)
