"""An organisation's preset: found, fetched, its signature checked, kept, and read."""
