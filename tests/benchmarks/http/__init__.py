"""Completions over real sockets, by the servers that can serve the product, beside an endpoint of one transaction."""
