"""The pure core: what the clinic's words, rules and plans are, with no database, no workflow engine and no screen."""
