"""What the charter decides: what may be taken in and kept, who may see what is sensitive, and what anyone may know."""
