"""The commands of portal-site, one family a file."""
