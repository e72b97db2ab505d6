"""Send the feed of changes to other programs: signed, each change at least once, only to public addresses."""
