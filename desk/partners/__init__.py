"""What coalition partners say, and their pages."""
