// XOR's map: out_β over the square of inputs, with the four points on it.

import {make, paintMaps} from "./common.js";

export class Boundary {
  /** choose(point) makes one of the points [[inputs, target], …] the example. */
  constructor(place, points, choose) {
    this.place = place;
    this.canvas = make("canvas", {width: 24, height: 24, role: "img",
      "aria-label": "out_β over the square of inputs Ω and λ: red where it is above 0.5"});
    this.buttons = points.map(([inputs, target], point) => {
      const wanted = target.indexOf(1) ? "β" : "α";
      const button = make("button", {type: "button", class: `point wants-${wanted}`,
        "aria-label": `Ω = ${inputs[0]}, λ = ${inputs[1]}: ${wanted} should be 1`}, wanted);
      button.style.left = `${100 * (inputs[0] + 0.25) / 1.5}%`;
      button.style.top = `${100 * (1.25 - inputs[1]) / 1.5}%`;
      button.addEventListener("click", () => choose(point));
      return button;
    });
    this.right = make("p", {id: "right"});
    place.append(make("div", {class: "square"}, this.canvas, ...this.buttons), this.right);
  }

  /** Shows what the server made of the step: its map, and how many points are right. */
  show({map, right}, point) {
    this.place.hidden = !map;
    if (!map) return;
    paintMaps([this.canvas], [map]);
    this.right.replaceChildren(make("strong", {}, `${right} of 4`), " correct");
    this.buttons.forEach((button, index) =>
      button.setAttribute("aria-pressed", String(index === point)));
  }
}
