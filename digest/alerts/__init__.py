"""Alerts to channels beyond email."""
