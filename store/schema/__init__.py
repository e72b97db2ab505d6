"""Every table of every file, as migrations. A table has one writer, named here where it is not obvious."""
