"""What happens: the flows, the desk that people's actions come through, and the `neurolist` command."""
