"""Collect what governments publish. See docs/architecture.md and the recipe for a new source in CONTRIBUTING.md."""
