"""Write observed records to corpus.db, compare them with what is stored, and merge sources."""
