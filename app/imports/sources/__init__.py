"""Programs and formats whose files people bring, a file each."""
