"""What the public pages show: plain functions from an open corpus.db to the data of a template."""
