"""Where a document stands in its process: one closed vocabulary for every kind of document."""
