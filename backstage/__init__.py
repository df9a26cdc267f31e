"""What serves the three modules on stage, and need not be read to understand them."""
