"""What leaves Neurolist as a document or a feed: PDF sheets and calendars."""
