"""What everything is compared with, one family of models a file."""
