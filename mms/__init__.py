"""MMS, the model management system for scikit-learn."""

__version__ = "0.1.0"
