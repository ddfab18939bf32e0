"""The operator's dashboard of kiosks and gates."""
