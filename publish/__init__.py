"""Tables that the site reads: listings, counts, reference data, public decisions."""
