"""Where else does this text stand, and what changed? Versions of one text, look-alikes of it, passages that others share."""
