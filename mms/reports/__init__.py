"""Papers to print and to send: one list of blocks, told as HTML and as PDF. Imports domain and charts only."""
