"""Questions the public side asks of the register, one file per noun."""
