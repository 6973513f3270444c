"""Work shared between triples: a run as a graph of pure pieces, each computed once, and forgotten when it was used."""
