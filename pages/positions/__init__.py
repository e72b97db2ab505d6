"""Positions, briefs and the scorecard."""
