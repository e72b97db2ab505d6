"""Where else a text appears, and what changed between its versions."""
