"""The worker: takes jobs from the queue and does them, apart from the server."""
