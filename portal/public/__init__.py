"""The site everyone sees; it reads the register and nothing behind it."""
