"""Our own pieces of screen, in plain JavaScript and CSS without any dependency."""
