"""PC/SC desk readers of the ACR1552U class, one ISO 15693 tag at a time, by the reader's transparent session."""
