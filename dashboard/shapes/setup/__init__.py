"""What the set-up pages show, in words and in order."""
