"""Bibliographic records: ISO 2709 files of MARC 21 and CNMARC (UNIMARC), read into flat rows, faults reported."""
