"""A picture of a handwritten digit, framed as MNIST frames its digits.

reading.read_picture goes from a file to the network's inputs. On the way, ink finds the pixels
that were written, ruled_lines removes printed lines from them, and both use masks.
"""
