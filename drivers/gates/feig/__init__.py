"""FEIG gates and long-range readers: `buffered` is polled, `notifying` is called by the reader.

Which of the two a reader does is a setting of the reader; it is never changed from here. Frames are those of
`drivers.pads.feig`. Source of the whole folder: `docs/devices.md`, sections 11 and 18, and the manuals named there.
"""
