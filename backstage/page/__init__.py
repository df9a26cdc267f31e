"""The page in the browser: python test_net.py --draw serves it.

routes maps each request to a plain function from a dictionary to a dictionary, in one of the
three views; server passes requests on and knows nothing about them. What the browser loads is in
static.
"""
