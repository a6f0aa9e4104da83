"""The screen: shows what the desk answers and passes people's decisions back to it."""
