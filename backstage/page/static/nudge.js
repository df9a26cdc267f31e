// "Is it true?": a weight is nudged, and E computed, to see that the step follows E's slope.

import {ask, at, draw, make, show} from "./common.js";
import {sum, symbol} from "./mathml.js";

const [WIDTH, HEIGHT] = [320, 150];

const figure = make("div", {class: "nudged"});
let showNotes;      // shows notes on connections, {"W_Aα": ["· δ_α = 0.02"]}
let wanted = null;  // {line, numbers}: what is nudged
let request = new AbortController();

export function prepareNudge(shown) {
  showNotes = shown;
  at("nudge").append(figure);
  at("nudge").addEventListener("toggle", update);
}

/** Is about this line now, of the step from these numbers. Lines of the forward pass are no
    derivatives. */
export function nudge(line, numbers) {
  const isOne = /delta|new_/.test(line.result.place[0]);
  at("nudge").classList.toggle("unused", !isOne);
  wanted = isOne ? {line, numbers} : null;
  update();
}

async function update() {
  request.abort();
  if (!at("nudge").open || !wanted) {
    figure.replaceChildren();
    showNotes({});
    return;
  }
  request = new AbortController();
  const {line, numbers} = wanted;
  try {
    const found = await ask("nudge", {...numbers, place: line.result.place}, request.signal);
    showNotes(Object.fromEntries(found.paths.map(({weight, output, product}) =>
      [weight, ["·", symbol({base: "δ", sub: output}), ` = ${product}`]])));
    figure.replaceChildren(...words(line, found), plot(found, line.result));
  } catch (error) {
    if (error.name !== "AbortError") show("step-message", error.message);
  }
}

function words({result, terms}, {up, down, slope, product}) {
  const isDelta = result.place[0] === "deltas";
  const name = () => symbol(nudged(result));
  const slopeOf = () => ["−∂", make("i", {}, "E"), "/∂", name()];
  const computed = isDelta ? symbol(result) : sum({terms: [terms[1].slice(2)]});  // without η
  const row = (id, number, ...words) => make("tr", {}, make("th", {}, ...words),
    make("td", {class: "number", id}, number));
  return [
    isDelta ? make("p", {}, symbol(result), " is −∂", make("i", {}, "E"), "/∂",
      symbol({base: "in", sub: result.sub}), "; ", name(), " is added to ",
      symbol({base: "in", sub: result.sub}), ", so it can be nudged instead:")
      : make("p", {}, "The update is η times ", ...slopeOf(), ". Nudge ", name(), ":"),
    make("table", {class: "terms"}, make("tbody", {},
      row("nudge-up", up, make("i", {}, "E"), " with ", name(), " + 0.001"),
      row("nudge-down", down, make("i", {}, "E"), " with ", name(), " − 0.001"),
      row("nudge-slope", slope, "so ", ...slopeOf(), " ="),
      row("nudge-product", product, "and by the equations ", computed, " =")))];
}

/** What is nudged for a line: a weight or bias for its update, the bias for an error term. */
function nudged({base, sub}) {
  return {base: base === "δ" ? "b" : base.replace("+", ""), sub};
}

/** E along the weight, with its tangent and the step that is taken. */
function plot({curve, points, tangent}, result) {
  const name = () => symbol(nudged(result));
  const [[left], [right]] = [curve[0], curve.at(-1)];
  const costs = curve.map(([, cost]) => cost);
  const [least, most] = [Math.min(...costs), Math.max(...costs)];
  const x = weight => 6 + (WIDTH - 12) * (weight - left) / (right - left);
  const y = cost => HEIGHT - 14 - (HEIGHT - 28) * (cost - least) / (most - least || 1);
  const [[old, before], [after, cost]] = points;
  const reach = (right - left) / 5;
  const svg = draw("svg", {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img",
    "aria-label": "E along it, with its tangent, before and after the step"},
  draw("polyline", {points: curve.map(([weight, cost]) => `${x(weight)},${y(cost)}`).join(" ")}),
  draw("line", {class: "tangent", x1: x(old - reach), y1: y(before + tangent * reach),
    x2: x(old + reach), y2: y(before - tangent * reach)}),
  draw("circle", {cx: x(old), cy: y(before), r: 4}),
  draw("circle", {class: "after", cx: x(after), cy: y(cost), r: 4}));
  return make("figure", {}, svg, make("figcaption", {}, make("i", {}, "E"), " along ", name(),
    " with its tangent. The dot is the value now; the ring, after the step"));
}
