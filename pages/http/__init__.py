"""What every page shares: headers, language, words for values, limits of SQL."""
