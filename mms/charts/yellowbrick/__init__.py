"""Yellowbrick pictures, drawn from stored out-of-fold rows: the adapter and all compatibility in one place."""
