"""The demonstration: real documents and a visibly fictitious city, by the ordinary road."""
