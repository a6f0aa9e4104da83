"""Commands for the people who build Neurolist."""
