"""What each source is asked, in which order, and when it is complete. One file per source."""
