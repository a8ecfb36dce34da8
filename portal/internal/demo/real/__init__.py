"""Five real papers, 2017 to 2023: their texts, figures and structured facts, and nothing added."""
