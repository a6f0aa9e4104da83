"""What people set up and keep: lists and their templates, staff, machines, places, the protocol's changes, accounts."""
