"""What people were shown, by topic."""
