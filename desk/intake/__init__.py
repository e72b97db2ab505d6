"""What people hand in: documents by hand, trackers, error reports, proposals."""
