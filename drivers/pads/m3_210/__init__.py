"""3M / Bibliotheca 210 and 810 HF readers. Source: 3M RFID Reader Model 210 Protocol Specification 1.0.0."""
