"""The way of letters out of the house: how they are worded, which channel carries them, and how each leaves once."""
