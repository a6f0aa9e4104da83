"""A plan is taken apart a little and put together again, thousands of times a second, at a falling temperature."""
