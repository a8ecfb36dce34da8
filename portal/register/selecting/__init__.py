"""What may be asked of each dataset, and the rows that answer it: one query for page, API, export and feed."""
