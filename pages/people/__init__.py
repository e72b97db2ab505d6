"""People who decide: legislators, committees, roll calls, and who decides next on a document."""
