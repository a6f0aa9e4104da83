"""What is drawn: each page asks the desk, has the answer shaped, and draws it."""
