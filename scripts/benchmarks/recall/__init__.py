"""How good rankings are: data sets, protocols that split them, models that rank, measures, reports."""
