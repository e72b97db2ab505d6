"""Which policy areas a document is about, with the words that show it."""
