"""Setting up at the desk: every change is one small class that says what it breaks before it is saved."""
