"""One answer of one publisher as records. Parsers send no requests."""
