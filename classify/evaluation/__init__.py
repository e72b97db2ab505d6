"""Measure how good the tags are."""
