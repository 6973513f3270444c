"""The arithmetic of watching models: sums of buckets, metrics with their bands, drift, onset. Arrays in, arrays out."""
