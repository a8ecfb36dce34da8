"""Open data: answers for machines (开放数据)."""
