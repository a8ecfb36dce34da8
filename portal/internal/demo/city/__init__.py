"""A visibly fictitious city, 示例市, as the files its offices would hand in."""
