"""An index on an OpenSearch server: how it is addressed, asked, and what is filed there."""
