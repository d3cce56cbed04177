"""Languages: the translator, and the texts of errors by their code."""
