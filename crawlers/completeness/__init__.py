"""Whether a crawl received everything it should have, and what is known of each source."""
