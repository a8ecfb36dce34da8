"""Our own index files: segments of roaring postings, mapped columns, and the manifest that names them."""
