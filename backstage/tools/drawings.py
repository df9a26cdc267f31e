"""Draws the README's diagrams: the signal going forward, the error terms coming back.

    python -m backstage.tools.drawings    writes forward.svg and backward.svg to backstage/images
"""

import argparse
import os
import re
from math import hypot

IMAGES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "images")
LAYERS = ("Ωλ", "ABC", "αβ")
WIDTH, RADIUS = 780, 27
STYLE = """
    text { font: 17px Georgia, serif; fill: #222; text-anchor: middle }
    rect { fill: #fff }
    .small { font-size: 15px; font-style: italic }
    .sub { font-size: 12px }
    circle { fill: #fff; stroke: #555; stroke-width: 1.5 }
    line { stroke: #777; stroke-width: 1.3 }
    .faint { stroke: #ccc }
    .error line, .error circle { stroke: #b2182b; stroke-width: 3 }
    .error text { fill: #b2182b }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 }
      rect { fill: #0d1117 }
      circle { fill: #0d1117; stroke: #9da7b1 }
      line { stroke: #8b949e }
      .faint { stroke: #3d444d }
      .error line, .error circle { stroke: #f4877f }
      .error text { fill: #f4877f }
    }
"""


def centers():
    """Where each neuron is drawn."""
    places = {}
    for column, names in enumerate(LAYERS):
        for row, name in enumerate(names):
            places[name] = (110 + 280 * column, 174 + 125 * (row - (len(names) - 1) / 2))
    return places


PLACES = centers()


def text(words, x, y, kind=""):
    """Words, whose subscripts stand after an underscore: W_Aα, δ_A."""
    low = '<tspan class="sub" dy="4">\\1</tspan><tspan dy="-4">&#8203;</tspan>'
    words = re.sub(r"_(\w+)", low, words)
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}">{words}</text>'


def arrow(start, end, kind=""):
    """An arrow from one neuron's edge to another's."""
    (x1, y1), (x2, y2) = PLACES[start], PLACES[end]
    length = hypot(x2 - x1, y2 - y1)
    across, down = (x2 - x1) / length, (y2 - y1) / length
    x1, y1 = x1 + RADIUS * across, y1 + RADIUS * down
    x2, y2 = x2 - (RADIUS + 2) * across, y2 - (RADIUS + 2) * down
    lines = [(x1, y1, x2, y2)]
    for side in (-5, 5):
        lines.append((x2 - 11 * across + side * down, y2 - 11 * down - side * across, x2, y2))
    return "".join(f'<line x1="{a:.1f}" y1="{b:.1f}" x2="{c:.1f}" y2="{d:.1f}" class="{kind}"/>'
                   for a, b, c, d in lines)


def beside(start, end, words, share):
    """Words on a connection, which they interrupt, this share of the way along it."""
    (x1, y1), (x2, y2) = PLACES[start], PLACES[end]
    x, y = x1 + share * (x2 - x1), y1 + share * (y2 - y1)
    width = 14 + 7 * len(words.replace("_", ""))
    paper = f'<rect x="{x - width / 2:.0f}" y="{y - 10:.0f}" width="{width}" height="20"/>'
    return paper + text(words, x, y + 5, "small")


def neuron(name):
    x, y = PLACES[name]
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{RADIUS}"/>' + text(name, x, y + 6)


def connections():
    return [(source, name) for layer in (0, 1) for source in LAYERS[layer]
            for name in LAYERS[layer + 1]]


def forward():
    """Every neuron and every weight; below each neuron what comes out of it."""
    parts = [arrow(source, name) for source, name in connections()]
    for source, name in connections():
        parts.append(beside(source, name, f"W_{source}{name}", 0.22 if source in "Ωλ" else 0.28))
    parts += [neuron(name) for name in PLACES]
    for name in "ABCαβ":
        x, y = PLACES[name]
        parts.append(text(f"out_{name}", x, y + RADIUS + 20, "small"))
    parts += [text(word, 110 + 280 * column, 374)
              for column, word in enumerate(("inputs", "hidden layer", "output layer"))]
    return drawing("The signal goes forward from the inputs to the outputs", 380, parts)


def backward():
    """Equation (4): two error terms meet in A, through the weights that out_A went through."""
    parts = [arrow(source, name, "faint") for source, name in connections() if source != "A"]
    parts += [neuron(name) for name in PLACES if name not in "Aαβ"]
    parts += ['<g class="error">', arrow("α", "A"), arrow("β", "A"),
              beside("α", "A", "δ_α·W_Aα", 0.5), beside("β", "A", "δ_β·W_Aβ", 0.5)]
    parts += [neuron(name) for name in "Aαβ"]
    parts += [text(f"δ_{name}", PLACES[name][0] + 48, PLACES[name][1] + 6) for name in "αβ"]
    parts += [text("δ_A = out_A·(1 − out_A)·(δ_α·W_Aα + δ_β·W_Aβ)", PLACES["C"][0], 362, "small"),
              "</g>"]
    return drawing("The error terms of α and β flow back to A", 380, parts)


def drawing(title, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}">\n<title>{title}</title>\n<style>{STYLE}</style>\n'
            + "\n".join(parts) + "\n</svg>\n")


def main():
    argparse.ArgumentParser(
        prog="python -m backstage.tools.drawings",
        description="Writes forward.svg and backward.svg, the README's diagrams, to "
        "backstage/images.").parse_args()
    for name, content in (("forward", forward()), ("backward", backward())):
        path = os.path.join(IMAGES, f"{name}.svg")
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
        print(path)


if __name__ == "__main__":
    main()
