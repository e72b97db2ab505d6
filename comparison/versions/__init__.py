"""What changed between versions of one text."""
