"""One document: its page, its record, its citation, its versions."""
