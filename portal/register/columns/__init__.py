"""Every published column once: the source of JSON keys, headers, schemas and the dictionary."""
