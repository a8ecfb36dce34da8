"""Feeds for people: Atom, RSS and JSON Feed of everything, of each list and of any filter or search."""
