"""The office: unredacted records, people, review and release."""
