"""NPS beside CSAT: what the likelihood to recommend says that satisfaction does not."""
