"""Who is compared: each takes a problem and some seconds, and hands in a plan, a bound, or both."""
