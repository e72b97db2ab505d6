"""Measure how good the matches are."""
