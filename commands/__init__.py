"""The `infopolicy` command: a few lines around one function each."""
