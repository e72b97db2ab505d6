"""Run the system for years: daily run, backup, health, metrics, logs."""
