"""Speaks to hardware: protocol cores without I/O, thin ports, tag-data codecs.

Imports neither `kiosk` nor `firmware_sim`.
"""
