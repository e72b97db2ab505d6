"""The one reading of a text: words, sentences and exact places in it."""
