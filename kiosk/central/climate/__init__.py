"""The air of the house: what sensors say is heard, kept, judged, and told to whoever has to act."""
