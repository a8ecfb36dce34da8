"""Rules across rows and against what is already filed."""
