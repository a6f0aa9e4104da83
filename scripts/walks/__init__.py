"""Random walks through the real memory, held against what must always be true: `make walks`."""
