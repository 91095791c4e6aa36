"""What the gateway asks of a data plane, and its forms: native (Rust, userspace ESP) and memory (tests)."""
