"""Verbs that change something for a reason: permission first, then load, judge, record. They never commit."""
