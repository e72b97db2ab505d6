"""What is news, frozen as an issue, and what one person reads of it."""
