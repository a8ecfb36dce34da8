"""The doors: every file format a clerk may bring, each opened in a process of its own."""
