"""What the gateway asks of a data plane, and its forms: native (Rust, userspace ESP),
xfrm (the kernel's ESP) and memory (tests).
"""
