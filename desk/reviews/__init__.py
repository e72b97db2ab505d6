"""Verdicts: what they are about, how they are recorded, whether they still hold."""
