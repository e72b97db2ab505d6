"""Positions, handouts and the scorecard."""
