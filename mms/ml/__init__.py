"""Everything that fits, splits or measures: scikit-learn on frames, no store, no clock."""
