"""Kernels that run what is not trusted: what they see, what they may use, how to reach them."""
