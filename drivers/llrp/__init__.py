"""LLRP: readers for UHF tags, whoever makes them. Gates and pads speak it over the same session."""
