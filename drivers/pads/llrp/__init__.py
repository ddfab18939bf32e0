"""UHF pads that speak LLRP."""
