"""Workbooks in: what each template holds, how it is read, how its faults are told."""
