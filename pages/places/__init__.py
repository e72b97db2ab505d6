"""Overviews: home, places, calendars, charts, coverage, accuracy."""
