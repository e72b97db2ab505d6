"""Visitors' SQL: run in worker processes with limits, apart from the site's own pages."""
