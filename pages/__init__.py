"""What the public pages read: plain functions from an open, read-only corpus.db to what a template shows.

Nothing here knows Datasette or HTTP, so that each page can be tested with a connection alone. The plugins in
`datasette/plugins/` are the thin layer that turns an address into one of these calls.
"""
