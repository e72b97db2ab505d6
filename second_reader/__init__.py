"""A language model reads what the program is unsure of. Its opinions are suggestions, kept with model and date."""
