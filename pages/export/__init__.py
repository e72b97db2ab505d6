"""What visitors and programs take away: feeds, calendars, spreadsheets, API, sitemaps."""
