"""The screen: shows what the desk answers and passes people's decisions back to it."""

import logging

# Packages warn as they are loaded, before the log is set up, and would print their words to standard error.
logging.captureWarnings(capture=True)
