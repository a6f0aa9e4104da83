"""How quick the board is: gestures in a real browser, many people at once, and memory over many reruns."""
