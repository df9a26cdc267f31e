// The two examples that the first view steps through, and how an address tells what was changed.

import {ask, typed} from "./common.js";

export class Examples {
  /** `beginning` is what the server sent of the view, and `places` are {"W_ΩA": a place, …}. */
  constructor(beginning, places) {
    Object.assign(this, {beginning, places, points: beginning.points});
  }

  /** The state that an example begins with: XOR at a point, with a seed for its weights or
      null for those of the page; or, if point is null, the example of the page. */
  async begin(point = null, seed = null) {
    const {numbers, xor, seed: first} = this.beginning;
    const start = point === null ? numbers : seed === first ? xor : await ask("xor", {seed});
    const state = {start, numbers: start, point, seed, costs: []};
    return point === null ? state : this.atPoint(state, point);
  }

  atPoint(state, point) {
    const [inputs, target] = this.points[point];
    return {...state, point, start: {...state.start, inputs, target},
      numbers: {...state.numbers, inputs, target}};
  }

  /** What an address says of a state: {example: "xor", seed: 1, point: 2, W_Aα: 0.5}. */
  changes({start, numbers, point, seed}) {
    const changes = point === null ? {} : {example: "xor", seed: seed ?? "", point};
    for (const [name, place] of Object.entries(this.places)) {
      if (valueAt(numbers, place) !== valueAt(start, place)) {
        changes[name] = valueAt(numbers, place);
      }
    }
    return changes;
  }

  /** The state that an address tells, {W_Aα: "0.5"}. */
  async from({example, seed, point, ...numbers}) {
    const {points, beginning} = this;
    const isXor = example === "xor";
    const state = await this.begin(isXor ? Number(point) % points.length || 0 : null,
      isXor ? seedOf(seed ?? beginning.seed) : null);
    state.numbers = structuredClone(state.numbers);
    for (const [name, text] of Object.entries(numbers)) {
      if (this.places[name]) setAt(state.numbers, this.places[name], typed(text));
    }
    return state;
  }
}

/** A seed as it was typed; null for none. */
export function seedOf(text) {
  return String(text).trim() ? typed(String(text)) : null;
}

export function valueAt(numbers, place) {
  return place.reduce((found, index) => found[index], numbers);
}

export function setAt(numbers, place, value) {
  valueAt(numbers, place.slice(0, -1))[place.at(-1)] = value;
}
