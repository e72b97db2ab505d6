"""Tags and matches for every document that lacks its current text, rules or model."""
