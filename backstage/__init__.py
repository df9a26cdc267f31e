"""Helpers of the three top-level modules, which can be understood without them."""
