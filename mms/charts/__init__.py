"""Records and frames become Plotly figures: rows -> info -> figure, one module a subject."""
