"""The set-up pages: things on the left, what is known of the chosen one and what may be changed on the right."""
