"""The office store: people, batches, records as filed, the ledger."""
