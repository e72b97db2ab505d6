"""The staff pages: what people decide, and the private files that keep it."""
