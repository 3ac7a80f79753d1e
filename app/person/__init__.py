"""What is held of people, and what they can do about it."""
