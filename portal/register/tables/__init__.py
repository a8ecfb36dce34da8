"""The tables of the published record: the changelog first, then one file per noun."""
