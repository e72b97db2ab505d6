"""What every package builds on: database files and their schemas, one clock, errors with exit codes."""
