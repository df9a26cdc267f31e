"""What Net's methods need beside the equations.

Begin with activations, which has the formulas that a variant of the network changes; explanation
is the longest, and prints what neural_net computes. Needs the standard library alone.
"""
