"""Pure functions that turn the desk's records into what a page or a component draws."""
