"""Full dumps of the register at one serial: cut, described, signed, kept on a shelf and taken off it."""
