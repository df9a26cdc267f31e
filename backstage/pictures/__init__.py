"""What can be drawn of a network, with Pillow.

gallery has Net's methods imagine, looks_for and show, and the class Film; drawing has the heat
maps and the sheets that they put together.
"""
