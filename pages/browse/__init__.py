"""Lists, filters and search."""
