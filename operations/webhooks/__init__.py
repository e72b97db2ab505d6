"""Send the feed of changes to other programs: signed, each change at least once, only to public addresses."""

#: The receivers, in the data folder.
FILE = "webhooks.yml"
