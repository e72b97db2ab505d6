"""What waits for a decision, and the work around it."""
