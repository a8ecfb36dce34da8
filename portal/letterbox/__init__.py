"""The slot in the door: the public side posts, the desk collects."""
