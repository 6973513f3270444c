"""Watching models by fitting: calibration, expected errors, who carries a change."""
