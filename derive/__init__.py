"""Tags, matches and priorities for every document that lacks its current text, rules or model."""
