"""A message, exactly one per person, and mail that came back."""
