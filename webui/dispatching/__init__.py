"""Who runs due jobs: the server's own process (`embedded`), or workers beside it (`worker`)."""
