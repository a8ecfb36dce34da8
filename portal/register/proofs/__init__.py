"""The changelog as a tamper-evident log: tree, entries, checkpoints, and the walk that checks them."""
