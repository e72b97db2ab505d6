"""Everything public as files to take away: Parquet and a Frictionless data package that says what each column means."""
