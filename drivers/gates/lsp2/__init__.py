"""TAGSYS LSP2 pedestals.

Source of the whole folder: github GallusMax/libdanrfid, `src/main/java/org/tagsys/LSP2/LSP2.java` and `DBRecord.java`,
from use against real gates; there is no maker's manual.
"""
