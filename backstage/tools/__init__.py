"""Programs run by hand, which measure and draw what the READMEs show.

    python -m backstage.tools.benchmark --help

They may import anything, and nothing imports them but their tests.
"""
