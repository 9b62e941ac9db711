"""One city in one directory: SQLite journal (truth on disk), live state in memory, Parquet history."""
