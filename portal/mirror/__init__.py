"""Another government's client: it speaks HTTP and knows none of our code."""
