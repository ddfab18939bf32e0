"""What is on a library RFID tag: five layouts read without ever raising, written strictly. Start at `tag_data`."""
