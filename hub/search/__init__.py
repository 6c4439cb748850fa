"""Search: words to a query, a query to a page."""
