"""Who reads, what they want, and links that only we can make."""
