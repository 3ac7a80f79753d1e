"""What labels say: message catalogues, one language a file, and how a message is chosen and filled in."""
