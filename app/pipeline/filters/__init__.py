"""What removes candidates, one file a filter."""
