"""The parameter sheet: what two ends must agree on before they start, row by row (CI-12)."""
