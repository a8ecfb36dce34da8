"""The commands of portal-office that need more room than a few lines."""
