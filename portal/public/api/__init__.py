"""The open-data API: one generic road for every dataset, formats, code lists and its own description."""
