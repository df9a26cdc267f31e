// One line of the step, large: equation, numbers and code; all lines in short; and the cost.

import {passageFor, showCode} from "./code.js";
import {at, draw, make, typed} from "./common.js";
import {inFull, nameOf, numberOf, sum, symbol, value} from "./lines.js";
import {indices, says} from "./words.js";

/** Shows a line; `box` stands in place of its result, if there is one. */
export function showLine(line, passages, box) {
  at("says").textContent = says(line);
  at("line").dataset.copy = line.text;
  at("equation").replaceChildren(symbol(line.result), " = ", sum(line), " ",
    make("span", {class: "equation-number"}, line.number));
  at("numbers").replaceChildren(make("div", {}, "= ", sum(line, numberOf)),
    make("div", {}, "= ", box || value(line)));
  const passage = passageFor(passages, line);
  at("code-file").textContent = passage.file;
  showCode(at("code"), passage, line);
  at("indices").replaceChildren(...indices(line));
}

/** A box to type the result of a line into, while it is hidden; compared at the digits shown. */
export function answerBox(line, solved) {
  const box = make("input", {inputmode: "decimal", autocomplete: "off", size: "10",
    "aria-label": `Your result for ${nameOf(line.result).replace("_", " ")}`, id: "your-result"});
  const verdict = make("output", {class: "verdict"}, " type the number and press Enter");
  box.addEventListener("change", () => {
    if (!box.value.trim()) return;
    if (sameDigits(typed(box.value), line.value)) solved();
    else verdict.textContent = " not correct; try again or continue";
  });
  return make("span", {}, box, verdict);
}

function sameDigits(number, shown) {
  const plain = shown.replaceAll("−", "-");
  const digits = plain.split("e")[0].split(".")[1].length;
  const printed = typeof number !== "number" ? "" : plain.includes("e")
    ? number.toExponential(digits) : number.toFixed(digits);
  return printed !== "" && Number(printed) === Number(plain);
}

/** Lists the lines of all sections; go(line) shows one. */
export function listLines(sections, go) {
  const place = at("lines");
  const lines = sections.flatMap(section => section.lines);
  if (place.childElementCount) {
    place.querySelectorAll("button .number").forEach((number, index) => {
      number.textContent = lines[index].value;
    });
    return;
  }
  for (const {heading, lines: some} of sections) {
    const lists = [];
    for (const line of some) {
      const index = lines.indexOf(line);
      const button = make("button", {type: "button", "data-line": index,
        "data-symbol": nameOf(line.result)},
      make("span", {class: "equation-number"}, line.number), symbol(line.result),
      make("span", {class: "number"}, line.value));
      button.addEventListener("click", () => go(index));
      if (!lists.length || line.number === "(6)" && lines[index - 1].number === "(5)") {
        lists.push(make("ol"));
      }
      lists.at(-1).append(make("li", {}, button));
    }
    const [title, more = ""] = heading.split(": ");
    place.append(make("section", {}, make("h3", {}, title, make("small", {}, more)),
      make("div", {class: "lists"}, ...lists)));
  }
}

/** Shows E, and how it fell over the steps that were taken. */
export function showCost({cost, cost_after: after, costs: [now]}, taken, which) {
  at("cost-before").textContent = cost.value;
  at("cost-after").textContent = after;
  at("cost").dataset.copy = cost.text;
  at("cost").replaceChildren(...inFull(cost));
  const all = [...taken, now];
  const [width, height, top] = [300, 60, Math.max(...all)];
  const points = all.map((cost, index) => {
    const right = width * index / (all.length - 1 || 1);
    return `${right.toFixed(1)},${(height - 2 - (height - 4) * cost / (top || 1)).toFixed(1)}`;
  });
  at("history").classList.toggle("unused", !taken.length);
  at("history").replaceChildren(
    draw("svg", {viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none"},
      draw("polyline", {points: points.join(" ")})),
    make("figcaption", {}, which, make("i", {}, "E"), " over ", taken.length.toLocaleString("en"),
      taken.length === 1 ? " step" : " steps", ", down to 0 at the bottom"));
}
