"""The positions as data: YAML entries, loaded and checked."""
