"""The page in the browser: python test_net.py --draw serves it.

routes maps each request to a plain function from a dictionary to a dictionary, in one of the
three views: step_view, training_view or digit_view; kept has what the server keeps of a page
between requests, and source finds the code of an equation. server passes requests on and knows
nothing about them. What the browser loads is in static.
"""
