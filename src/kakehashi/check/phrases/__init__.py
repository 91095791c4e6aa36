"""How each maker's configuration says a value of the sheet, as data: for the line that would mend a fault."""
