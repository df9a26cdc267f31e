"""A picture of handwritten digits, framed as MNIST frames its own.

reading.read_digits goes from a file to the network's inputs. On the way, clean_paper finds digits
in a picture with nothing but ink and paper; ink in every other one, where ruled_lines removes
printed lines. Both use grouping, which tells digits side by side apart, and strokes, which
extracts a digit exactly. All of them work on masks. Thresholds that give no other reason were
chosen with python -m backstage.tools.reading_rates.
"""
