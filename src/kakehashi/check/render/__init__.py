"""The report as text for a terminal, Markdown, CSV, HTML and JSON."""
