// XOR's map: out_β over the square of inputs, with the four points on it.

import {at, button, make, paintMaps} from "./common.js";

const map = make("canvas", {width: 24, height: 24, role: "img",
  "aria-label": "out_β over the square of inputs Ω and λ: red where it is above 0.5"});
const square = make("div", {class: "square"}, map);
const right = make("p", {id: "right"});
at("boundary").append(square, right);

/** Makes a button for each of the points, [[inputs, target], …]; choose(point) makes it the
    example. */
export function prepareBoundary(points, choose) {
  points.forEach(([[across, up], target], point) => {
    const wanted = target.indexOf(1) ? "β" : "α";
    const words = `Ω = ${across}, λ = ${up}: ${wanted} should be 1`;
    const place = button({class: `point wants-${wanted}`, "aria-label": words},
      () => choose(point), wanted);
    place.style.left = `${100 * (across + 0.25) / 1.5}%`;
    place.style.top = `${100 * (1.25 - up) / 1.5}%`;
    square.append(place);
  });
}

/** Shows what the server made of the step: its map, and how many points are right. */
export function showBoundary(result, point) {
  at("boundary").hidden = !result.map;
  if (!result.map) return;
  paintMaps([map], [result.map]);
  right.replaceChildren(make("strong", {}, `${result.right} of 4`), " correct");
  square.querySelectorAll("button").forEach((place, index) =>
    place.setAttribute("aria-pressed", String(index === point)));
}
