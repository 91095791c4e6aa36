"""Path monitoring: hosts are asked whether they answer, and routes come and go by it (V1-22)."""
