"""The door between the office and the register: it projects, it never filters."""
