"""The worker: a supervisor that never runs anything but the queue, and a warm child process that does the work."""
